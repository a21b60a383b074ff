/**
 * Whereabouts: visual place recognition in Deno. Where was this photo taken?
 *
 * ```
 *  files ──dataset──▶ places ──image──▶ images ──encoder──▶ features ──aggregate──▶ descriptors ──search──▶ predictions ──recall──▶ recall@N
 *         lib/data            lib/data  [N,H,W,3] lib/model [N,h,w,D]   lib/model    [N,F]        lib/search  [Q][n]      lib/evaluate
 *
 *  deno task demo      nothing                       ─▶ a small city, and cluster, test, train on it
 *  deno task cluster   dataset                       ─▶ centroids (HDF5)
 *  deno task train     dataset (+ centroids)         ─▶ run folder: options, checkpoints, recalls, report
 *  deno task test      dataset + run or weights      ─▶ recall@N, predictions, report
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

export type { PlaceDataset, PlaceImages } from "./lib/data/dataset.ts";
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
  readImage,
  type ReadImageOptions,
} from "./lib/data/image/read_image.ts";
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
export {
  encodeOnnxModel,
  type OnnxModelParts,
} from "./lib/model/onnx_model.ts";
export { whiten, type Whitening } from "./lib/model/whitening.ts";
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
  LOCAL_FORMS,
  MODEL_DEFAULTS,
  type ModelOptions,
  POOLINGS,
  resolveCheckpointOptions,
  resolveModelOptions,
  VLAD_INITS,
  VLAD_NORMS,
  VLAD_ORDERS,
} from "./lib/model/options.ts";
export type { FeatureSize, NetworkParts } from "./lib/model/layers.ts";
export { describeNetwork } from "./lib/model/architectures.ts";
export {
  ARCH_NAMES,
  type ArchName,
  type ConcatLayer,
  type ConvLayer,
  type Layer,
  type MaxPoolLayer,
  type Network,
  type Normalization,
  type ReluLayer,
} from "./lib/model/network.ts";
export {
  type EncoderWeights,
  readEncoderWeights,
  type WeightsFormat,
} from "./lib/model/weights/encoder_weights.ts";
export type { NamedTensor, NamedTensors } from "./lib/model/weights/tensors.ts";

export {
  DESCRIBE_DEFAULTS,
  type DescribeOptions,
  type ExtractOptions,
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
  type EvaluateEvent,
  evaluateModel,
  type EvaluateSettings,
  type Evaluation,
} from "./lib/evaluate/evaluate.ts";
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
  type EpochEvent,
  type TrainData,
  type TrainEvent,
  trainModel,
  type TrainResult,
  type TrainSettings,
} from "./lib/train/train.ts";
export type { OptionGroups } from "./lib/train/torch_flags.ts";
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
export { firstTrainedLayer } from "./lib/train/trained_part.ts";
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

export { PLOT_LOOK, type PlotLook } from "./lib/plot/look.ts";
export {
  plotRecall,
  type RecallCurve,
  type RecallPoint,
} from "./lib/plot/plot_recall.ts";
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
