import { openInHdf5 } from "../../../lib/hdf5_module.ts";
import { inFolder } from "../../in_folder.ts";

/** What a Keras file has. */
interface KerasFile {
  /** Layers that are missing. */
  without?: string[];
  /** Shape of each layer's kernel, `[h, w, in, out]`. */
  kernelShape?(layer: string): number[];
  /** Value of a number of a kernel or bias. */
  numberAt?(index: number): number;
}

/**
 * Makes a Keras file with the layers of SqueezeNet 1.1 and, unless told otherwise, tiny
 * kernels, counted from 0: `[3, 3, 3, 2]` for conv1, `[1, 3, 2, 4]` for the others.
 */
export async function makeKerasFile(
  made: KerasFile,
  act: (path: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const path = `${folder}/keras.h5`;
    await writeLayers(path, made);
    await act(path);
  });
}

async function writeLayers(
  path: string,
  {
    without = [],
    kernelShape = (layer) => layer === "conv1" ? [3, 3, 3, 2] : [1, 3, 2, 4],
    numberAt = (index) => index,
  }: KerasFile,
): Promise<void> {
  const { file, close } = await openInHdf5(path, "w");
  const fires = [2, 3, 4, 5, 6, 7, 8, 9].map((n) => `fire${n}`);
  fires.forEach((fire) => file.create_group(fire));
  const parts = ["squeeze1x1", "expand1x1", "expand3x3"];
  const layers = fires.flatMap((fire) =>
    parts.map((part) => `${fire}/${part}`)
  );
  for (const layer of ["conv1", ...layers]) {
    if (without.includes(layer)) continue;
    const shape = kernelShape(layer);
    const group = file.create_group(layer);
    group.create_attribute("weight_names", ["kernel", "bias"]);
    group.create_dataset({
      name: "kernel",
      shape,
      data: fill(shape, numberAt),
    });
    const biasShape = shape.slice(3);
    group.create_dataset({
      name: "bias",
      shape: biasShape,
      data: fill(biasShape, numberAt),
    });
  }
  close();
}

function fill(
  shape: number[],
  numberAt: (index: number) => number,
): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length }, (_, i) => numberAt(i));
}
