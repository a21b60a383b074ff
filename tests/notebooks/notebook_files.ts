import { fileURLToPath } from "node:url";

/** The folder of the project's notebooks. */
export const NOTEBOOKS = fileURLToPath(
  new URL("../../notebooks/", import.meta.url),
);

/** A cell as it is stored. */
export interface Cell {
  "cell_type": "code" | "markdown";
  source: string[];
  outputs?: Output[];
  "execution_count"?: number | null;
}

/** An output as it is stored. */
export interface Output {
  "output_type": string;
  /** Of a stream. */
  text?: string;
  /** By MIME type. */
  data?: Record<string, string>;
}

/** A notebook as it is stored. */
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, Record<string, unknown>>;
}

/** File names of the notebooks, in order. */
export const NAMES = [...Deno.readDirSync(NOTEBOOKS)]
  .map(({ name }) => name)
  .filter((name) => name.endsWith(".ipynb"))
  .sort();

export function readNotebook(path: string): Notebook {
  return JSON.parse(Deno.readTextFileSync(path));
}

export function readCode({ cells }: Notebook): string[] {
  return cells.filter((cell) => cell.cell_type === "code")
    .map((cell) => cell.source.join(""));
}

/** What `showLive` needs of the kernel, for a notebook that is run without one. */
const KERNEL = `Object.assign(Deno, { jupyter: { display: async () => {} } });`;

/**
 * Writes the code of notebooks as modules beside them, so that their imports hold, and
 * removes them in the end.
 */
export async function asModules(
  names: readonly string[],
  act: (files: string[]) => Promise<void>,
): Promise<void> {
  const files: string[] = [];
  try {
    for (const name of names) {
      const file = await Deno.makeTempFile({
        dir: NOTEBOOKS,
        prefix: `.${name}.`,
        suffix: ".ts",
      });
      files.push(file);
      const code = readCode(readNotebook(NOTEBOOKS + name));
      await Deno.writeTextFile(file, [KERNEL, ...code].join("\n;\n"));
    }
    await act(files);
  } finally {
    for (const file of files) await Deno.remove(file).catch(() => {});
  }
}

/** Runs Deno in the folder of the notebooks. */
export async function runDeno(
  ...args: string[]
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: NOTEBOOKS,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}
