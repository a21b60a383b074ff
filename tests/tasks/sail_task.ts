/** A task with a flag of every type, for the tests of the reader. */
import {
  BOOLEAN as YES_NO,
  COUNT,
  POSITIVE,
  resolveOptions,
  TEXT as ANY,
} from "../../lib/options.ts";
import {
  BOOLEAN,
  choice,
  INTEGER,
  INTEGERS,
  NUMBER,
  PAIR,
  SIZE,
  text,
} from "../../tasks/_flag_types.ts";
import type { FlagGroup, TaskSpec } from "../../tasks/_spec.ts";

export interface Boat {
  length: number;
  masts: number;
  hasMotor: boolean;
  rig: "sloop" | "ketch";
}
export interface Trip {
  name: string;
  stops: readonly number[];
  window: readonly [number, number];
  chart: { width: number; height: number };
}

const BOAT_DEFAULTS: Boat = {
  length: 7.5,
  masts: 1,
  hasMotor: false,
  rig: "ketch",
};
export const BOAT: FlagGroup<Boat> = {
  title: "Boat",
  defaults: BOAT_DEFAULTS,
  resolve: (given) =>
    resolveOptions(given, {
      purpose: "build",
      defaults: BOAT_DEFAULTS,
      rules: { length: POSITIVE, masts: COUNT, hasMotor: YES_NO, rig: ANY },
      conflicts: ({ masts, rig }) =>
        rig === "sloop" && masts > 1 ? ["masts is for a ketch"] : [],
    }),
  flags: {
    length: { flag: "length", type: NUMBER, aliases: ["loa"], help: "" },
    masts: { flag: "num-masts", type: INTEGER, help: "" },
    hasMotor: { flag: "motor", type: BOOLEAN, help: "" },
    rig: { flag: "rig", type: choice(["sloop", "ketch"]), help: "" },
  },
};
export const TRIP: FlagGroup<Trip> = {
  title: "Trip",
  defaults: {},
  flags: {
    name: { flag: "name", type: text("NAME"), help: "" },
    stops: { flag: "stops", type: INTEGERS, help: "" },
    window: { flag: "window", type: PAIR, help: "" },
    chart: { flag: "chart", type: SIZE, help: "" },
  },
};
/** Its options. */
export type Groups = { boat: Boat; trip: Trip };
export const SAIL: TaskSpec<Groups> = {
  name: "sail",
  description: "Sails.",
  groups: { boat: BOAT, trip: TRIP },
  positionals: ["[HARBOUR]"],
  checks: [
    ({ boat }) =>
      boat.hasMotor && boat.masts !== undefined
        ? ["--motor and --num-masts exclude each other"]
        : [],
  ],
};
