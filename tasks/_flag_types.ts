/**
 * Types of values on the command line: how each is read, shown and named.
 *
 * @module
 */

/** A type of value. */
export interface FlagType<Value> {
  /** Stands for the value in `--help`, such as `NUMBER`; empty for a flag without one. */
  placeholder: string;
  /** Completes "… is not", such as `a number`. */
  noun: string;
  /** Reads a value; undefined if the text is none. */
  read(text: string): Value | undefined;
  /** Writes a value the way it is read. */
  show(value: Value): string;
}

/** A flag without a value; `--no-` before its name takes it back. */
export const BOOLEAN: FlagType<boolean> = {
  placeholder: "",
  noun: "true or false",
  read: (text) => text === "true" ? true : text === "false" ? false : undefined,
  show: String,
};

/** A decimal number. */
export const NUMBER: FlagType<number> = {
  placeholder: "NUMBER",
  noun: "a number",
  read: (text) => readNumber(text, /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i),
  show: String,
};

/** An integer. */
export const INTEGER: FlagType<number> = {
  placeholder: "N",
  noun: "an integer",
  read(text): number | undefined {
    const value = readNumber(text, /^[-+]?\d+$/);
    return Number.isSafeInteger(value) ? value : undefined;
  },
  show: String,
};

/** Any text. */
export function text(placeholder: string): FlagType<string> {
  return {
    placeholder,
    noun: "text",
    read: (value) => value,
    show: (value) => value,
  };
}

/** A path of a file. */
export const FILE: FlagType<string> = text("FILE");

/** A path of a folder. */
export const FOLDER: FlagType<string> = text("FOLDER");

/** A path of a file or a folder. */
export const PATH: FlagType<string> = text("PATH");

/** Integers between commas. */
export const INTEGERS: FlagType<readonly number[]> = {
  placeholder: "N,N,...",
  noun: "a list of integers between commas, such as 1,5,10",
  read: (text) => readNumbers(text.split(","), INTEGER),
  show: (values) => values.join(","),
};

/** Numbers between commas. */
export const NUMBERS: FlagType<readonly number[]> = {
  placeholder: "NUMBER,NUMBER,...",
  noun: "a list of numbers between commas, such as 0.6,0.8",
  read: (text) => readNumbers(text.split(","), NUMBER),
  show: (values) => values.join(","),
};

/** Two numbers between which something lies. */
export const PAIR: FlagType<readonly [number, number]> = {
  placeholder: "MIN,MAX",
  noun: "two numbers, such as 0,10",
  read: (text) => toPair(readNumbers(text.split(","), NUMBER)),
  show: (pair) => pair.join(","),
};

/** Width and height of an image. */
export const SIZE: FlagType<{ width: number; height: number }> = {
  placeholder: "WxH",
  noun: "a width and a height in pixels, such as 320x240",
  read(text): { width: number; height: number } | undefined {
    const match = text.match(/^(\d+)x(\d+)$/i);
    return match
      ? { width: Number(match[1]), height: Number(match[2]) }
      : undefined;
  },
  show: ({ width, height }) => `${width}x${height}`,
};

/** One of some names, in letters of any case. */
export function choice<Name extends string>(
  names: readonly Name[],
): FlagType<Name> & { names: readonly Name[] } {
  return {
    placeholder: "NAME",
    noun: `one of ${names.join(", ")}`,
    read: (text) =>
      names.find((name) => name.toLowerCase() === text.toLowerCase()),
    show: (name) => name,
    names,
  };
}

/** Some of some names between commas, in letters of any case. */
export function choices<Name extends string>(
  names: readonly Name[],
): FlagType<readonly Name[]> & { names: readonly Name[] } {
  const one = choice(names);
  return {
    placeholder: "NAME,NAME",
    noun: `a list of ${names.join(", ")} between commas`,
    read: (text) => {
      const found = text.split(",").map((part) => one.read(part.trim()));
      return found.every((name) => name !== undefined) ? found : undefined;
    },
    show: (values) => values.join(","),
    names,
  };
}

function readNumber(text: string, pattern: RegExp): number | undefined {
  const value = pattern.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

function readNumbers(
  texts: string[],
  type: FlagType<number>,
): number[] | undefined {
  const values = texts.map((text) => type.read(text.trim()));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function toPair(values: number[] | undefined): [number, number] | undefined {
  const [first, second, ...rest] = values ?? [];
  return first === undefined || second === undefined || rest.length > 0
    ? undefined
    : [first, second];
}
