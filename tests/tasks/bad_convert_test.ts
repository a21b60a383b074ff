import { join } from "node:path";
import { writeTorchCheckpoint } from "../../lib/model/weights/pth_write.ts";
import { inFolder } from "../in_folder.ts";
import { makeTorchCheckpoint } from "../train/make_weights.ts";
import { refuse } from "./refuse.ts";
import { cut, writeText } from "./spoil.ts";

const EVIL = new URL("../fixtures/weights/evil.zip.pth", import.meta.url)
  .pathname;

Deno.test("convert refuses arguments that are missing, too many or wrong", () =>
  refuse(
    {
      args: ["convert"],
      what: /^OptionsError: Cannot convert with these flags$/,
      where: /^INPUT is missing; OUTPUT is missing$/,
      fix: /deno task convert --help/,
    },
    {
      args: ["convert", "a.pth", "b.onnx", "c", "--num-clusters", "0"],
      what: /^OptionsError: Cannot convert with these flags$/,
      where: /"c" belongs to no flag; --num-clusters is 0, must be /,
      fix: /deno task convert --help/,
    },
    {
      args: ["convert", "a.pth", "b.onnx", "--arch", "resnet", "--lr", "1"],
      what: /^OptionsError: Cannot convert with these flags$/,
      where: /--lr is not a flag; --arch "resnet" is not one of vgg16, /,
      fix: /deno task convert --help/,
    },
    {
      args: ["convert", "a.pth", "b.h5"],
      what: /^OptionsError: Cannot convert weights to a file of this kind$/,
      where: /^b\.h5$/,
      fix: /\.safetensors, \.pth\.tar, \.pth, \.onnx/,
    },
  ));

Deno.test("convert refuses inputs that are missing, damaged, evil or of another network", () =>
  inFolder(async (folder) => {
    const good = join(folder, "good.pth.tar");
    await writeTorchCheckpoint(
      good,
      makeTorchCheckpoint({ kind: "sgd", numTrained: 3 }),
    );
    const part = join(folder, "part.pth.tar");
    await Deno.copyFile(good, part);
    await cut(part, 3000);
    const text = await writeText(folder, "text.pth", "no weights\n");
    const empty = join(folder, "run");
    await Deno.mkdir(empty);
    const where = (name: string, reason: string): RegExp =>
      new RegExp(`${name} \\(${reason}`);
    await refuse(
      {
        args: ["convert", "none.pth", "b.onnx"],
        what: /^CheckpointError: Cannot read encoder weights$/,
        where: where("none\\.pth", "No such file"),
        fix: /check the path/,
      },
      {
        args: ["convert", part, "b.onnx"],
        what: /^CheckpointError: Cannot read a PyTorch checkpoint$/,
        where: where("part\\.pth\\.tar", ".*cut short"),
        fix: /copy the file again/,
      },
      {
        args: ["convert", text, "b.safetensors"],
        what: /^CheckpointError: Cannot read encoder weights$/,
        where: where(
          "text\\.pth",
          "neither PyTorch, safetensors, HDF5 nor MATLAB",
        ),
        fix: /give a \.pth/,
      },
      {
        args: ["convert", EVIL, "b.safetensors"],
        what: /^CheckpointError: Cannot read a PyTorch checkpoint$/,
        where: where("evil\\.zip\\.pth", "it refers to posix\\.getpid, which"),
        fix: /torch\.save/,
      },
      {
        args: ["convert", empty, "b.safetensors"],
        what: /^CheckpointError: Cannot read the options of a run$/,
        where: /run.flags\.json/,
        fix: /run folder/,
      },
      {
        args: ["convert", good, "b.pth", "--arch", "vgg16"],
        what: /^CheckpointError: Cannot use these weights for this network$/,
        where: /good\.pth\.tar as vgg16; missing: features\.2\.weight, /,
        fix: /choose the network/,
      },
      {
        args: ["convert", good, "b.pth", "--num-clusters", "4"],
        what: /^OptionsError: Cannot make another model than was trained$/,
        where: /^--num-clusters is 4, .*good\.pth\.tar was trained with 3$/,
        fix: /leave them out/,
      },
      {
        args: ["convert", good, good],
        what: /^OptionsError: Cannot convert weights onto themselves$/,
        where: /good\.pth\.tar$/,
        fix: /another output/,
      },
      {
        args: ["convert", good, join(text, "b.safetensors")],
        what: /^CheckpointError: Cannot write a file$/,
        where: /b\.safetensors \(/,
        fix: /folder that can be written/,
      },
    );
  }));
