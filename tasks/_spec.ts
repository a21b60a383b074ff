/**
 * What a task says of itself: its flags in groups, one group for each set of options of the library.
 *
 * @module
 */
import { BOOLEAN, type FlagType } from "./_flag_types.ts";

/** A flag. */
export interface Flag<Value> {
  /** Name in kebab-case, as documented. */
  flag: string;
  type: FlagType<Value>;
  /** Other names, in one spelling each: case, `-` and `_` do not matter. */
  aliases?: readonly string[];
  /** Unit of the value, such as `metres`. */
  unit?: string;
  /** One line of help. */
  help: string;
  /** What is taken if the flag is left out, where that is no fixed default. */
  absent?: string;
  /** Whether it may be given several times; the values are then one list, with commas between. */
  repeatable?: boolean;
  /** Whether the task cannot do without it. */
  required?: boolean;
  /** Whether it names where the options come from that are left out. */
  suppliesOthers?: boolean;
}

/** One flag per option: forgetting one does not compile. */
export type Flags<Options> = {
  readonly [Name in keyof Options]-?: Flag<NonNullable<Options[Name]>>;
};

/** The flags of a set of options. */
export interface FlagGroup<Options> {
  /** Heading in `--help`. */
  title: string;
  flags: Flags<Options>;
  /** The library's defaults: there are no others. */
  defaults: Readonly<Partial<Options>>;
  /** The library's check, so that what it finds is named with all other problems. */
  resolve?(given: Partial<Options>): unknown;
}

/** The options of each group that were given, and no others. */
export type GivenOptions<Groups> = {
  [Name in keyof Groups]: Partial<Groups[Name]>;
};

/** A task. */
export interface TaskSpec<Groups> {
  /** Name of the task, as in `deno task NAME`. */
  name: string;
  /** What it does, in a few sentences. */
  description: string;
  groups: { readonly [Name in keyof Groups]: FlagGroup<Groups[Name]> };
  /** Arguments without a flag, as `--help` shows them: `INPUT` has to be there, `[DIR]` may be, `[FILE...]` several times. */
  positionals?: readonly string[];
  /** Each lists flags that cannot go together or that need another one. */
  checks?: readonly ((given: GivenOptions<NoInfer<Groups>>) => string[])[];
}

/** Flags that every task has. */
export const COMMON_FLAGS = {
  json: {
    flag: "json",
    type: BOOLEAN,
    help:
      "write one JSON object to standard output, all else to standard error",
  },
  help: { flag: "help", type: BOOLEAN, help: "show this text (also -h)" },
} satisfies Record<string, Flag<boolean>>;

/** A flag with its place in a task. */
export interface PlacedFlag {
  /** Name of its group; empty for the common flags. */
  group: string;
  /** Name of the option it sets. */
  option: string;
  flag: Flag<unknown>;
}

/** Every flag of a task, group by group, the common ones last. */
export function listFlags<Groups>(spec: TaskSpec<Groups>): PlacedFlag[] {
  const groups = Object.entries(spec.groups) as [string, AnyGroup][];
  return [...groups, ["", COMMON] as const].flatMap(([group, { flags }]) =>
    Object.entries(flags).map(([option, flag]) => ({ group, option, flag }))
  );
}

/** A group whose options are not known by name. */
export type AnyGroup = FlagGroup<Record<string, unknown>>;

const COMMON: AnyGroup = {
  title: "Any task",
  flags: COMMON_FLAGS,
  defaults: {},
};

/** The groups of a task as `--help` lists them. */
export function listGroups<Groups>(spec: TaskSpec<Groups>): AnyGroup[] {
  return [...Object.values(spec.groups) as AnyGroup[], COMMON];
}

/** A name of a flag with what does not matter taken out: `--num_Clusters` is `numclusters`. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}
