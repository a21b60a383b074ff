/**
 * The kinds of golden cases: how each is told, and how it is checked.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { checkCgd } from "./check_cgd.ts";
import { checkEncoder } from "./check_encoder.ts";
import { checkEvaluation } from "./check_evaluation.ts";
import { checkJpeg } from "./check_jpeg.ts";
import { checkKMeans } from "./check_kmeans.ts";
import { checkMining } from "./check_mining.ts";
import { checkNetVlad } from "./check_netvlad.ts";
import { checkOptimizer } from "./check_optimizer.ts";
import { checkPca } from "./check_pca.ts";
import { checkPooling } from "./check_pooling.ts";
import { checkRecall } from "./check_recall.ts";
import { checkTraining } from "./check_training.ts";
import { checkTriplet } from "./check_triplet.ts";
import type { CaseComparison } from "./comparison.ts";
import type { CaseNotes, GoldenCase } from "./golden_case.ts";

/** A kind of golden case. */
export interface CaseKind {
  /** Datasets that every case of the kind has. */
  datasets: readonly string[];
  /** Whether it is computed by an engine; if not, it is checked once. */
  onEngine: boolean;
  /** Compares everything that a case has. */
  check?(
    golden: GoldenCase,
    results: CaseComparison,
    engine: Engine,
  ): Promise<void>;
  /** Why there is no check. */
  skipped?: string;
}

const ENCODER: CaseKind = {
  datasets: ["out", "R"],
  onEngine: true,
  check: checkEncoder,
};

/** Kinds by the folder that their cases are named after, the more particular ones first. */
const KINDS: Readonly<Record<string, CaseKind>> = {
  ["a_netvlad"]: {
    datasets: ["conv_weight", "out", "grad_conv_weight", "grad_centroids"],
    onEngine: true,
    check: checkNetVlad,
  },
  ["b_encoder"]: ENCODER,
  ["b_encoder_large"]: ENCODER,
  ["b_jpeg"]: { datasets: [], onEngine: false, check: checkJpeg },
  ["c_triplet"]: {
    datasets: ["per_triplet", "loss", "grad_q", "grad_p", "grad_n"],
    onEngine: true,
    check: checkTriplet,
  },
  ["d_optim"]: {
    datasets: ["x", "y", "lr", "loss"],
    onEngine: true,
    check: checkOptimizer,
  },
  ["e_train"]: {
    datasets: ["t_query", "loss", "grad_norm", "desc_before", "desc_after"],
    onEngine: true,
    check: checkTraining,
  },
  ["f_pooling"]: {
    datasets: ["x", "netvlad_avg/out", "netvlad_max/out"],
    onEngine: true,
    check: checkPooling,
  },
  ["f_cgd"]: { datasets: ["labels"], onEngine: true, check: checkCgd },
  ["g_pca"]: {
    datasets: ["eigenvalues", "projection", "Z_gram"],
    onEngine: true,
    check: checkPca,
  },
  ["h_recall"]: {
    datasets: ["predictions", "distances", "positives", "recall"],
    onEngine: true,
    check: checkRecall,
  },
  ["h_mining"]: {
    datasets: ["nontrivial_positives", "queries", "pass1/negatives"],
    onEngine: false,
    check: checkMining,
  },
  ["i_kmeans"]: {
    datasets: ["faiss_centroids"],
    onEngine: true,
    check: checkKMeans,
  },
  ["k_dataset"]: {
    datasets: ["clusters", "traindescs"],
    onEngine: true,
    check: checkEvaluation,
  },
};

/** Cases that others take their inputs from. */
const INPUTS: CaseKind = {
  datasets: ["images"],
  onEngine: false,
  skipped: "inputs of other cases, with nothing to compare",
};

/**
 * Finds the kind of a case: by its name, by its folder, or by what it holds.
 *
 * @param path Path of the case.
 * @returns `undefined` if it is none that is known.
 */
export function findKind(
  notes: CaseNotes,
  path: string,
): CaseKind | undefined {
  const names = Object.keys(notes.datasets);
  const isInputs = names.includes("images") &&
    Object.keys(notes.tolerances).length === 0;
  if (isInputs) return INPUTS;
  const [prefix = ""] = notes.case.split("/");
  const folder = basename(dirname(path));
  if (Object.hasOwn(KINDS, prefix)) return KINDS[prefix];
  if (Object.hasOwn(KINDS, folder)) return KINDS[folder];
  if (notes.files.some((file) => /\.jpe?g$/.test(file))) return KINDS.b_jpeg;
  return Object.values(KINDS).find(({ datasets }) =>
    datasets.length > 0 && datasets.every((name) => names.includes(name))
  );
}
