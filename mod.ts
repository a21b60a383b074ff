/**
 * Whereabouts: visual place recognition in Deno. Where was this photo taken?
 *
 * ```
 *  files ──dataset──▶ places ──image──▶ images ──encoder──▶ features ──aggregate──▶ descriptors ──search──▶ predictions ──recall──▶ recall@N
 *         lib/data            lib/data  [N,H,W,3] lib/model [N,h,w,D]   lib/model    [N,F]        lib/search  [Q][n]      lib/evaluate
 *
 *  deno task demo      nothing                       ─▶ a small city, and cluster, test, train on it
 *  deno task weights   name                          ─▶ file of weights, from the network
 *  deno task cluster   dataset                       ─▶ centroids (HDF5)
 *  deno task train     dataset (+ centroids)         ─▶ run folder: options, checkpoints, recalls, report
 *  deno task test      dataset + run or weights      ─▶ recall@N, predictions, report
 *  deno task compare   two evaluations               ─▶ which model finds more, and whether that is chance
 *  deno task rank      dataset + weights             ─▶ recall for the bytes of each aggregation layer
 *  deno task whiten    dataset + run or weights      ─▶ weights with a whitening of descriptors
 *  deno task extract   images + run or weights       ─▶ descriptors (HDF5, .npy)
 *  deno task convert   run or weights                ─▶ safetensors, ONNX, .pth.tar
 *  deno task parity    golden cases                  ─▶ table of errors, engine by engine
 *  deno task explore   report                        ─▶ its page on 127.0.0.1, and places of new photos
 *  deno task doctor    machine (+ dataset)           ─▶ what would fail, what to fix, what it will take
 *  deno task sandbox   what test takes               ─▶ what test gives, with the least permissions
 *  deno task notebooks notebooks                     ─▶ do all cells run?
 * ```
 *
 * Data walks left to right, once. Every stage is an async generator of events;
 * `drain` runs one to its end.
 *
 * @module
 */
export * from "./lib/errors.ts";
export { drain, type NoteEvent, type ProgressEvent } from "./lib/progress.ts";
export {
  type BackgroundStage,
  runInBackground,
} from "./lib/background_stage.ts";
export { type LivePicture, show, showLive } from "./lib/notebook_display.ts";
export {
  type Hdf5Attribute,
  type Hdf5File,
  type Hdf5Numbers,
  openHdf5,
  writeHdf5,
} from "./lib/hdf5.ts";
export type { NumberArray } from "./lib/number_types.ts";
export { claimFolder } from "./lib/folder_claim.ts";
export {
  type NpyArray,
  type NpyRows,
  openNpyRows,
  readNpy,
  writeNpy,
} from "./lib/npy.ts";
export { createRandom, type Random, restoreRandom } from "./lib/random.ts";
export { DEFAULT_SEED } from "./lib/options.ts";

export type {
  Engine,
  EngineInput,
  EngineName,
  EngineOutput,
  EngineSession,
  EngineValue,
} from "./lib/engine/engine.ts";
export { ENGINE_NAMES } from "./lib/engine/engine.ts";
export {
  ENGINE_DEFAULTS,
  type EngineOptions,
  resolveEngineOptions,
  startEngine,
} from "./lib/engine/start_engine.ts";
export type { Tensor, Tensor2D, Tensor4D, Variable } from "./lib/engine/tf.ts";
export { createMemoryWatch, type MemoryWatch } from "./lib/engine/memory.ts";

export type {
  ImageBox,
  ListedTruth,
  PlaceDataset,
  PlaceImages,
} from "./lib/data/dataset.ts";
export type { NameListsOptions } from "./lib/data/name_lists.ts";
export {
  DATASET_DEFAULTS,
  type DatasetOptions,
  DATASETS,
  DEMO_DATA_PATH,
  readDataset,
  resolveDatasetOptions,
  SPLITS,
} from "./lib/data/read_dataset.ts";
export {
  type DbStruct,
  readDbStruct,
  type UtmPositions,
  writeDbStruct,
} from "./lib/data/dbstruct.ts";
export {
  type PittsburghSplit,
  readPittsburghDataset,
} from "./lib/data/pittsburgh.ts";
export type { RadiusOptions, StrictnessOptions } from "./lib/data/places.ts";
export {
  type ClassFoldersOptions,
  readClassFolders,
} from "./lib/data/classes/class_folders.ts";
export { readUtmFolderDataset } from "./lib/data/utm_folder.ts";
export {
  type PositionsCsvOptions,
  readPositionsCsv,
} from "./lib/data/positions_csv.ts";
export {
  type FrameFoldersOptions,
  readFrameFolders,
} from "./lib/data/frame_folders.ts";
export {
  findUtmZone,
  toUtm,
  type UtmPosition,
  type UtmZone,
} from "./lib/data/utm.ts";
export {
  findWithinRadius,
  type FindWithinRadiusOptions,
  type Neighbors,
  type Places,
} from "./lib/data/radius.ts";
export { type DistantImage, listByDistance } from "./lib/data/by_distance.ts";
export {
  listImages,
  type ListImagesOptions,
  readImageList,
} from "./lib/data/list_images.ts";
export { keepReadable } from "./lib/data/readable.ts";
export {
  createDemoCity,
  type DemoCitySummary,
} from "./lib/data/demo/demo_city.ts";
export type { CitySplit } from "./lib/data/demo/shots.ts";
export {
  DEMO_CITY_DEFAULTS,
  type DemoCityOptions,
  resolveDemoCityOptions,
} from "./lib/data/demo/options.ts";
export {
  IMAGE_DEFAULTS,
  type ImageOptions,
  resolveImageOptions,
} from "./lib/data/image/options.ts";
export type { RgbImage } from "./lib/data/image/rgb_image.ts";
export {
  RESIZE_FILTERS,
  type ResizeFilter,
  resizeImage,
} from "./lib/data/image/resize.ts";
export { decodeImage, type DecodeOptions } from "./lib/data/image/decode.ts";
export {
  type ImagePart,
  readImage,
  type ReadImageOptions,
} from "./lib/data/image/read_image.ts";
export type { ImageView } from "./lib/data/image/view.ts";
export {
  readThumbnail,
  THUMBNAIL_DEFAULTS,
  type ThumbnailOptions,
} from "./lib/data/image/thumbnail.ts";
export {
  createDecodePool,
  type DecodePool,
} from "./lib/data/image/decode_pool.ts";
export {
  type ImageBatch,
  imageBatches,
  type ImageBatchOptions,
  type UnreadableImage,
} from "./lib/data/image/image_batches.ts";

export { createModel, type ModelPlace } from "./lib/model/create_model.ts";
export type { Describer, Images, Model } from "./lib/model/model.ts";
export type { ImageSize } from "./lib/image_size.ts";
export {
  type OnnxDescriber,
  type OnnxPlace,
  openOnnxDescriber,
} from "./lib/model/onnx_describer.ts";
export type { OnnxInput } from "./lib/model/onnx_input.ts";
export type { OnnxOutput } from "./lib/model/onnx_output.ts";
export {
  ONNX_PIXELS,
  type OnnxOptions,
  type OnnxPixels,
  resolveOnnxOptions,
} from "./lib/model/onnx_options.ts";
export { encodeOnnxModel } from "./lib/model/onnx_model.ts";
export {
  cropWhitening,
  whiten,
  type Whitening,
} from "./lib/model/whitening.ts";
export {
  resolveWhiteningOptions,
  useWhitening,
  type WhiteningOptions,
} from "./lib/model/use_whitening.ts";
export {
  type FittedWhitening,
  fitWhitening,
  type WhiteningFit,
} from "./lib/whiten/fit_whitening.ts";
export {
  resolveWhitenOptions,
  WHITEN_DEFAULTS,
  type WhitenOptions,
} from "./lib/whiten/options.ts";
export {
  whitenModel,
  type WhitenResult,
  type WhitenSettings,
} from "./lib/whiten/whiten_model.ts";
export {
  type RegionWhiteningSettings,
  startRegionWhitening,
} from "./lib/whiten/start_region_whitening.ts";
export { describeRegions } from "./lib/model/describe_parts.ts";
export {
  readWhitening,
  writeWhitening,
} from "./lib/model/weights/whitening_file.ts";
export {
  initNetVladV1,
  initNetVladV2,
  type NetVladValues,
  type Rows,
} from "./lib/model/netvlad_init.ts";
export {
  assignmentEntropy,
  assignSoftly,
  countMembers,
  sharpenAssignment,
  type SoftAssignment,
  type StrongestClusters,
  strongestClusters,
} from "./lib/model/soft_assignment.ts";
export {
  CHECKPOINT_DEFAULTS,
  type CheckpointOptions,
  CHECKPOINTS,
  GEM_POWERS,
  isCgd,
  LAYER3_STRIDES,
  LOCAL_FORMS,
  MODEL_DEFAULTS,
  type ModelOptions,
  POOL_NORMS,
  type Pooling,
  POOLINGS,
  resolveCheckpointOptions,
  resolveModelOptions,
  VLAD_INITS,
  VLAD_NORMS,
  VLAD_ORDERS,
} from "./lib/model/options.ts";
export type { FeatureSize, NetworkParts } from "./lib/model/layers.ts";
export {
  describeNetwork,
  type NetworkOptions,
} from "./lib/model/architectures.ts";
export {
  ARCH_NAMES,
  type ArchName,
  type BatchNormLayer,
  type ConcatLayer,
  type ConvLayer,
  type Layer,
  type MaxPoolLayer,
  type Network,
  type Normalization,
  type ReluLayer,
  type ResidualLayer,
} from "./lib/model/network.ts";
export { readEncoderWeights } from "./lib/model/weights/encoder_weights.ts";
export type {
  EncoderWeights,
  WeightsFormat,
} from "./lib/model/weights/weights_format.ts";
export type { NamedTensor, NamedTensors } from "./lib/model/weights/tensors.ts";
export {
  findPublishedWeights,
  PUBLISHED_AT,
  PUBLISHED_WEIGHTS,
  type PublishedWeights,
} from "./lib/model/weights/published_weights.ts";
export {
  DOWNLOAD_DEFAULTS,
  type DownloadOptions,
  resolveDownloadOptions,
} from "./lib/model/weights/download_options.ts";
export {
  type DownloadedWeights,
  type DownloadEvent,
  type DownloadSettings,
  downloadWeights,
  type ListedWeights,
  listPublishedWeights,
} from "./lib/model/weights/download_weights.ts";

export {
  DESCRIBE_DEFAULTS,
  type DescribeOptions,
  EXTRACT_DEFAULTS,
  type ExtractOptions,
  LAYOUTS,
  resolveDescribeOptions,
  resolveExtractOptions,
} from "./lib/describe/options.ts";
export {
  extractDescriptors,
  type Extraction,
  type ExtractSettings,
} from "./lib/describe/extract.ts";

export {
  type ExactSearchOptions,
  type Predictions,
  searchExact,
} from "./lib/search/exact.ts";
export {
  type DescriptorRows,
  rowsInMemory,
} from "./lib/search/descriptor_rows.ts";
export {
  type NamedDescriptors,
  namesFileOf,
} from "./lib/search/named_descriptors.ts";
export {
  readHlocDescriptors,
  writeHlocDescriptors,
} from "./lib/search/hloc_descriptors.ts";
export { readDescriptors } from "./lib/search/read_descriptors.ts";
export { commonFolder, nameFrom } from "./lib/image_names.ts";
export {
  checkPairNames,
  listPairs,
  type ListPairsOptions,
  type Pairs,
  readPairs,
  writePairs,
} from "./lib/evaluate/pairs.ts";
export {
  evaluateDescriptors,
  type EvaluateDescriptorsSettings,
  type FoundDescriptors,
} from "./lib/evaluate/evaluate_descriptors.ts";
export { evaluatePairs } from "./lib/evaluate/evaluate_pairs.ts";

export {
  type EvaluateEvent,
  evaluateModel,
  type EvaluateSettings,
} from "./lib/evaluate/evaluate.ts";
export type { Evaluation } from "./lib/evaluate/evaluation.ts";
export {
  DENOMINATORS,
  describeProtocol,
  type Protocol,
  PROTOCOL_NAMES,
  type ProtocolName,
  PROTOCOLS,
  type StatedProtocol,
  SUPPRESSIONS,
} from "./lib/evaluate/protocols.ts";
export {
  type Estimate,
  type EvaluationFigures,
  type MapFigures,
  measureEvaluation,
} from "./lib/evaluate/figures.ts";
export {
  BOOTSTRAP_DEFAULTS,
  bootstrapInterval,
  type BootstrapOptions,
  resolveBootstrapOptions,
} from "./lib/evaluate/bootstrap.ts";
export {
  type ComparedFigure,
  type ComparedRecall,
  compareEvaluations,
  type Comparison,
} from "./lib/evaluate/compare.ts";
export {
  listEvaluations,
  readEvaluation,
  type StoredEvaluation,
  type StoredProtocol,
  type StoredQuery,
} from "./lib/evaluate/stored_evaluation.ts";
export { signTest } from "./lib/evaluate/sign_test.ts";
export {
  averagePrecision,
  type RankingQuality,
} from "./lib/evaluate/average_precision.ts";
export {
  type BestMatches,
  type MatchQuality,
  rateMatches,
} from "./lib/evaluate/match_quality.ts";
export type { DatasetPredictions } from "./lib/evaluate/predictions.ts";
export type { RetrievalExample } from "./lib/evaluate/examples.ts";
export { writeEvaluation } from "./lib/evaluate/evaluation_files.ts";
export { type Interval, recallInterval } from "./lib/evaluate/confidence.ts";
export {
  EVALUATE_DEFAULTS,
  type EvaluateOptions,
  resolveEvaluateOptions,
} from "./lib/evaluate/options.ts";
export { recallAtN } from "./lib/evaluate/recall.ts";
export {
  chanceRecall,
  type ChanceSource,
  isNearChance,
} from "./lib/evaluate/chance.ts";
export {
  partDistances,
  type PredictionDistances,
} from "./lib/evaluate/distances.ts";

export {
  clusterCentroids,
  type ClusterEvent,
  type ClusterSettings,
} from "./lib/train/cluster.ts";
export {
  startCentroids,
  useCentroidFile,
} from "./lib/train/start_centroids.ts";
export {
  type CentroidFile,
  type Centroids,
  readCentroids,
  writeCentroids,
} from "./lib/train/centroid_file.ts";
export {
  CLUSTER_DEFAULTS,
  CLUSTER_INITS,
  type ClusterOptions,
  resolveClusterOptions,
} from "./lib/train/cluster_options.ts";
export {
  CACHED_NEGATIVES,
  EPOCH_ZEROS,
  LOSS_MEANS,
  MARGIN_DISTANCES,
  OPTIMIZERS,
  PATIENCE_UNITS,
  QUERY_ORDERS,
  resolveTrainOptions,
  TRAIN_DEFAULTS,
  type TrainOptions,
} from "./lib/train/options.ts";
export {
  type TrainData,
  type TrainEvent,
  trainModel,
  type TrainSettings,
} from "./lib/train/train.ts";
export type { OptionGroups } from "./lib/train/torch_flags.ts";
export {
  decisiveN,
  type EpochEvent,
  type TrainResult,
} from "./lib/train/course.ts";
export {
  CLASS_TRAIN_DEFAULTS,
  type ClassOptions,
  type ClassTrainOptions,
  resolveClassTrainOptions,
  SHARED_TRAIN_OPTIONS,
  type SharedTrainOptions,
} from "./lib/train/class_options.ts";
export type { ClassLossOptions } from "./lib/train/class_loss.ts";
export {
  type ClassTrainSettings,
  trainClasses,
  withClassSize,
} from "./lib/train/train_classes.ts";
export {
  countClasses,
  type LabeledImages,
  labelImages,
  type LabelOptions,
} from "./lib/train/label_images.ts";
export type { StepEvent } from "./lib/train/train_epoch.ts";
export {
  createTrainingCurves,
  type StepLoss,
  type TrainingCurves,
} from "./lib/train/training_curves.ts";
export {
  type Checkpoint,
  checkpointFile,
  type CheckpointName,
  type EpochResult,
  readCheckpoint,
  readCheckpointOptions,
  type TrainState,
} from "./lib/train/checkpoint.ts";
export { type EventLogSettings, logEvents } from "./lib/train/event_log.ts";
export type {
  EarlierRun,
  RunCheckpoint,
  RunOptionGroups,
} from "./lib/train/earlier_run.ts";
export { type Conversion, convertWeights } from "./lib/train/convert.ts";
export {
  CONVERT_DEFAULTS,
  type ConvertOptions,
  resolveConvertOptions,
  type StatedModel,
  type TargetFormat,
} from "./lib/train/convert_options.ts";
export type { MappedTensor } from "./lib/train/convert_report.ts";
export type { LeftOut } from "./lib/train/convert_source.ts";
export {
  adoptRun,
  readEarlierRun,
  readTrainedRun,
} from "./lib/train/resume.ts";
export {
  firstTrainedLayer,
  type NetworkChoice,
} from "./lib/train/trained_part.ts";
export {
  createRunFolder,
  nameRun,
  openRun,
  readRunFlags,
  removeUnusedRun,
  resolveRunOptions,
  RUN_DEFAULTS,
  type RunFlags,
  type RunOptions,
  writeRunFlags,
} from "./lib/train/run_folder.ts";

export {
  type NamedRecall,
  type ReportContent,
  type ReportEvent,
  type ReportSettings,
  writeReport,
} from "./lib/report/write_report.ts";
export type {
  ThumbnailSource,
  ThumbnailStore,
} from "./lib/report/thumbnails.ts";
export { readReportData } from "./lib/report/read_report_data.ts";
export type {
  ReportData,
  ReportDataset,
  ReportEpoch,
  ReportGallery,
  ReportImages,
  ReportRecall,
  ReportResult,
} from "./lib/report/report_data.ts";

export {
  COMPAT_NAMES,
  COMPAT_PROFILES,
  type CompatDifference,
  type CompatGroups,
  type CompatOptions,
  type CompatProfile,
  listCompatDifferences,
  resolveCompatOptions,
  withCompat,
} from "./lib/compat/profiles.ts";

export {
  type ParityEvent,
  type ParityRowEvent,
  runParity,
} from "./lib/parity/parity.ts";
export type { ParityEngine, ParityResult } from "./lib/parity/parity_result.ts";
export type { ParityRow, ParityVerdict } from "./lib/parity/run_case.ts";
export type { ParityQuantity } from "./lib/parity/comparison.ts";
export {
  PARITY_DEFAULTS,
  type ParityOptions,
  resolveParityOptions,
} from "./lib/parity/options.ts";
export { formatParity } from "./lib/parity/report.ts";

export {
  type Diagnosis,
  type DoctorEvent,
  type DoctorSettings,
  runDoctor,
} from "./lib/doctor/doctor.ts";
export {
  DOCTOR_DEFAULTS,
  type DoctorOptions,
  resolveDoctorOptions,
} from "./lib/doctor/options.ts";
export type {
  Finding,
  FindingEvent,
  FindingTopic,
} from "./lib/doctor/finding.ts";
export type { Machine } from "./lib/doctor/machine.ts";
export type { CheckedSplit } from "./lib/doctor/check_dataset.ts";
export type { CheckedImages } from "./lib/doctor/images.ts";
export type { CheckedEngine } from "./lib/doctor/examine_engine.ts";
export type { KnownAnswer } from "./lib/doctor/known_answer.ts";
export type { ModelFlops } from "./lib/doctor/measured_model.ts";
export type { EngineSpeed } from "./lib/doctor/speed.ts";
export type { StageEstimate } from "./lib/doctor/stage_costs.ts";

export {
  type ExploreEvent,
  exploreReport,
  type ExploreSettings,
  type ReadyEvent,
  type ServingEvent,
} from "./lib/explore/explore.ts";
export {
  EXPLORE_DEFAULTS,
  type ExploreOptions,
  resolveExploreOptions,
} from "./lib/explore/options.ts";
export { type OpenReport, openReport } from "./lib/explore/open_report.ts";
export { BODY_LIMITS, type BodyLimits } from "./lib/explore/read_body.ts";
export type { KnownDescriber } from "./lib/model/fingerprint.ts";

export {
  rankAggregators,
  type RankEvent,
  type Ranking,
  type RankProtocol,
  type RankRow,
  type RankSettings,
} from "./lib/rank/rank.ts";
export { FLOOR } from "./lib/rank/contenders.ts";
export {
  RANK_DEFAULTS,
  type RankOptions,
  resolveRankOptions,
} from "./lib/rank/options.ts";
export { type Storage, STORAGES } from "./lib/rank/storage.ts";
export {
  listRanking,
  type RankingRecord,
  writeRanking,
} from "./lib/rank/ranking_files.ts";

export { PLOT_LOOK, type PlotLook } from "./lib/plot/look.ts";
export {
  plotRecall,
  type RecallCurve,
  type RecallPoint,
} from "./lib/plot/plot_recall.ts";
export {
  plotRank,
  type RankPoint,
  type RankSeries,
} from "./lib/plot/plot_rank.ts";
export { plotTraining, type TrainingPoint } from "./lib/plot/plot_training.ts";
export { type LossPoint, plotLoss } from "./lib/plot/plot_loss.ts";
export { plotMap } from "./lib/plot/plot_map.ts";
export type {
  MapContent,
  MapKind,
  MapLine,
  MapPoint,
  MapPosition,
} from "./lib/plot/map_content.ts";
export {
  type DistanceGroup,
  plotDistances,
} from "./lib/plot/plot_distances.ts";
export { plotClusterSizes } from "./lib/plot/plot_cluster_sizes.ts";
export {
  type AssignmentMap,
  plotAssignments,
} from "./lib/plot/plot_assignments.ts";
export type { JpegImage } from "./lib/plot/jpeg.ts";
export {
  drawImageStrip,
  type ImageStrip,
  type StripImage,
  type StripKind,
} from "./lib/plot/draw_image_strip.ts";
export { makeRecallCurve } from "./lib/report/recall_curve.ts";
export {
  type DrawnComparison,
  makeComparedCurves,
  writeComparisonPlot,
} from "./lib/report/comparison_plot.ts";
export {
  type PhotoMatches,
  readMatchStrips,
  readRetrievalStrips,
  readStripImages,
  STRIP_DEFAULTS,
  type StripOptions,
  type StripSource,
} from "./lib/report/image_strips.ts";
export { mapDataset, mapQuery } from "./lib/report/dataset_map.ts";
export { readPlaceStrips } from "./lib/report/place_strips.ts";
export {
  type ImageAssignment,
  mapAssignments,
  readImageAssignments,
} from "./lib/report/assignment_maps.ts";
