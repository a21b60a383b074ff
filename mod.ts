/**
 * Whereabouts: visual place recognition in Deno. Where was this photo taken?
 *
 * ```
 *  files ──dataset──▶ places ──image──▶ images ──encoder──▶ features ──aggregate──▶ descriptors ──search──▶ predictions ──recall──▶ recall@N
 *         lib/data            lib/data  [N,H,W,3] lib/model [N,h,w,D]   lib/model    [N,F]        lib/search  [Q][n]      lib/evaluate
 *
 *  deno task cluster   dataset                       ─▶ centroids (HDF5)
 *  deno task train     dataset (+ centroids)         ─▶ run folder: options, checkpoints, recalls
 *  deno task test      dataset + run or weights      ─▶ recall@N, predictions
 *  deno task extract   images + run or weights       ─▶ descriptors (HDF5, .npy)
 *  deno task convert   weights or run                ─▶ weights (safetensors, .pth.tar, ONNX)
 *  deno task parity    golden cases                  ─▶ a table: same numbers as the references?
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
  type Hdf5File,
  type Hdf5Numbers,
  openHdf5,
  writeHdf5,
} from "./lib/hdf5.ts";
export { claimFolder } from "./lib/folder_claim.ts";
export { type NpyArray, readNpy, writeNpy } from "./lib/npy.ts";
export { createRandom, type Random, restoreRandom } from "./lib/random.ts";
export { DEFAULT_SEED } from "./lib/options.ts";

export type { Engine, EngineName } from "./lib/engine/engine.ts";
export { ENGINE_NAMES } from "./lib/engine/engine.ts";
export {
  ENGINE_DEFAULTS,
  type EngineOptions,
  resolveEngineOptions,
  startEngine,
} from "./lib/engine/start_engine.ts";
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
export { readPittsburghDataset } from "./lib/data/pittsburgh.ts";
export { readUtmFolderDataset } from "./lib/data/utm_folder.ts";
export { readPositionsCsv } from "./lib/data/positions_csv.ts";
export { readFrameFolders } from "./lib/data/frame_folders.ts";
export { findUtmZone, toUtm } from "./lib/data/utm.ts";
export { findWithinRadius, type Neighbors } from "./lib/data/radius.ts";
export { listImages, readImageList } from "./lib/data/list_images.ts";
export { keepReadable } from "./lib/data/readable.ts";
export {
  createDemoCity,
  type DemoCitySummary,
} from "./lib/data/demo/demo_city.ts";
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
export { RESIZE_FILTERS, resizeImage } from "./lib/data/image/resize.ts";
export { decodeImage } from "./lib/data/image/decode.ts";
export { readImage } from "./lib/data/image/read_image.ts";
export { createDecodePool } from "./lib/data/image/decode_pool.ts";
export { imageBatches } from "./lib/data/image/image_batches.ts";

export { createModel, type ModelPlace } from "./lib/model/create_model.ts";
export type { Describer, Images, ImageSize, Model } from "./lib/model/model.ts";
export {
  type OnnxDescriber,
  type OnnxPlace,
  openOnnxDescriber,
} from "./lib/model/onnx_describer.ts";
export {
  ONNX_PIXELS,
  type OnnxOptions,
  resolveOnnxOptions,
} from "./lib/model/onnx_options.ts";
export {
  encodeOnnxModel,
  type OnnxModelParts,
} from "./lib/model/onnx_model.ts";
export { whiten, type Whitening } from "./lib/model/whitening.ts";
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
export { describeNetwork } from "./lib/model/architectures.ts";
export {
  ARCH_NAMES,
  type ArchName,
  type Network,
} from "./lib/model/network.ts";
export {
  type EncoderWeights,
  readEncoderWeights,
} from "./lib/model/weights/encoder_weights.ts";
export type { NamedTensors } from "./lib/model/weights/tensors.ts";

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

export { type Predictions, searchExact } from "./lib/search/exact.ts";
export { rowsInMemory } from "./lib/search/descriptor_rows.ts";

export {
  type EvaluateEvent,
  evaluateModel,
  type EvaluateSettings,
  type Evaluation,
} from "./lib/evaluate/evaluate.ts";
export { writeEvaluation } from "./lib/evaluate/evaluation_files.ts";
export { type Report, writeReport } from "./lib/evaluate/report.ts";
export {
  EVALUATE_DEFAULTS,
  type EvaluateOptions,
  resolveEvaluateOptions,
} from "./lib/evaluate/options.ts";
export { recallAtN } from "./lib/evaluate/recall.ts";

export { clusterCentroids, type ClusterEvent } from "./lib/train/cluster.ts";
export {
  startCentroids,
  useCentroidFile,
} from "./lib/train/start_centroids.ts";
export {
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
export {
  type Checkpoint,
  checkpointFile,
  readCheckpoint,
  readCheckpointOptions,
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
