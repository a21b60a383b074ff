/**
 * A reader of Python pickles that builds data and runs nothing.
 *
 * It knows the opcodes of protocols 0 to 4 that data needs. A name that the pickle
 * refers to is refused unless the rules list it.
 *
 * Source: CPython, Lib/pickletools.py.
 *
 * @module
 */
import type { PickleCursor } from "./pickle_cursor.ts";
import {
  createDict,
  isDict,
  type PickleDict,
  PickleGlobal,
} from "./pickle_values.ts";

/**
 * Steps of a pickle at most, and so what it can make: an operation is one step, and a call
 * one more for each item or letter of its arguments. A thousand tensors with the moments of
 * Adam take less than half.
 */
const MAX_STEPS = 2 ** 18;

/** Letters of a name at most. */
const MAX_NAME_LETTERS = 100;

/** Arguments of a call at most; those that make a tensor are seven. */
const MAX_ARGUMENTS = 16;

/** What a pickle may contain besides plain data. */
export interface PickleRules {
  /** By name: what a call gives, or `null` for a name that may be there but not be called. */
  globals: ReadonlyMap<string, ((...args: unknown[]) => unknown) | null>;
  /** What a persistent id stands for. */
  resolveId(id: unknown): unknown;
  /** Applies a state to an object that a call gave. Dicts ignore theirs. */
  applyState(object: unknown, state: unknown): void;
  /** Steps at most; `MAX_STEPS` if left out. */
  maxSteps?: number;
}

/** The stack machine of a pickle. */
interface Machine {
  cursor: PickleCursor;
  rules: PickleRules;
  stack: unknown[];
  /** Lengths of the stack where a mark was set. */
  marks: number[];
  memo: Map<number, unknown>;
  /** Steps that are left. */
  stepsLeft: number;
}

type Operation = (machine: Machine) => void;

const STOP = ".";

/** By opcode, written as the letter it is in the format. */
const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["\x80", ({ cursor }) => checkProtocol(cursor)],
  ["\x95", ({ cursor }) => cursor.skip(8)], // a frame is only a hint
  ["(", ({ stack, marks }) => marks.push(stack.length)],
  ["0", (m) => pop(m)],
  ["1", (m) => popToMark(m)],
  ["2", (m) => m.stack.push(top(m))],

  ["q", (m) => m.memo.set(m.cursor.unsigned(1), top(m))],
  ["r", (m) => m.memo.set(m.cursor.unsigned(4), top(m))],
  ["p", (m) => m.memo.set(m.cursor.integerLine(), top(m))],
  ["\x94", (m) => m.memo.set(m.memo.size, top(m))],
  ["h", (m) => recall(m, m.cursor.unsigned(1))],
  ["j", (m) => recall(m, m.cursor.unsigned(4))],
  ["g", (m) => recall(m, m.cursor.integerLine())],

  ["N", ({ stack }) => stack.push(null)],
  ["\x88", ({ stack }) => stack.push(true)],
  ["\x89", ({ stack }) => stack.push(false)],
  ["J", ({ stack, cursor }) => stack.push(cursor.unsigned(4) | 0)],
  ["K", ({ stack, cursor }) => stack.push(cursor.unsigned(1))],
  ["M", ({ stack, cursor }) => stack.push(cursor.unsigned(2))],
  ["\x8a", ({ stack, cursor }) => stack.push(cursor.long(cursor.unsigned(1)))],
  ["I", ({ stack, cursor }) => stack.push(cursor.booleanLine())],
  ["L", ({ stack, cursor }) => stack.push(cursor.integerLine())],
  ["F", ({ stack, cursor }) => stack.push(cursor.floatLine())],
  ["G", ({ stack, cursor }) => stack.push(cursor.float64())],

  ["X", ({ stack, cursor }) => stack.push(cursor.text(cursor.unsigned(4)))],
  ["\x8c", ({ stack, cursor }) => stack.push(cursor.text(cursor.unsigned(1)))],
  ["T", ({ stack, cursor }) => stack.push(cursor.latin1(cursor.unsigned(4)))],
  ["U", ({ stack, cursor }) => stack.push(cursor.latin1(cursor.unsigned(1)))],
  ["B", ({ stack, cursor }) => stack.push(cursor.bytes(cursor.unsigned(4)))],
  ["C", ({ stack, cursor }) => stack.push(cursor.bytes(cursor.unsigned(1)))],

  [")", ({ stack }) => stack.push([])],
  ["t", (m) => m.stack.push(popToMark(m))],
  ["\x85", (m) => m.stack.push(popLast(m, 1))],
  ["\x86", (m) => m.stack.push(popLast(m, 2))],
  ["\x87", (m) => m.stack.push(popLast(m, 3))],
  ["]", ({ stack }) => stack.push([])],
  ["l", (m) => m.stack.push(popToMark(m))],
  ["a", (m) => append(m, [pop(m)])],
  ["e", (m) => append(m, popToMark(m))],

  ["}", ({ stack }) => stack.push(createDict())],
  ["d", (m) => m.stack.push(setItems(m, createDict(), popToMark(m)))],
  ["s", (m) => addItems(m, popLast(m, 2))],
  ["u", (m) => addItems(m, popToMark(m))],

  ["c", (m) => pushGlobal(m, [m.cursor.line(), m.cursor.line()])],
  ["\x93", (m) => pushGlobal(m, popLast(m, 2))],
  ["R", (m) => call(m)],
  ["\x81", (m) => call(m)],
  ["b", (m) => build(m)],
  ["Q", (m) => m.stack.push(m.rules.resolveId(pop(m)))],
]);

/**
 * Reads one pickle and leaves the cursor behind it.
 *
 * @returns Dicts as `PickleDict`, lists and tuples as arrays, bytes as `Uint8Array`,
 * integers beyond 2⁵³ as bigint, and what the rules made of the rest.
 * @throws {CheckpointError} If it is malformed or refers to a name that is not allowed.
 */
export function readPickle(cursor: PickleCursor, rules: PickleRules): unknown {
  const machine: Machine = {
    cursor,
    rules,
    stack: [],
    marks: [],
    memo: new Map(),
    stepsLeft: rules.maxSteps ?? MAX_STEPS,
  };
  for (;;) {
    spend(machine, 1);
    const opcode = String.fromCharCode(cursor.unsigned(1));
    if (opcode === STOP) return pop(machine);
    const operation = OPERATIONS.get(opcode);
    if (operation === undefined) {
      const code = opcode.charCodeAt(0).toString(16);
      throw cursor.fail(`its pickle has the unknown opcode 0x${code}`);
    }
    operation(machine);
  }
}

function checkProtocol(cursor: PickleCursor): void {
  const protocol = cursor.unsigned(1);
  if (protocol > 5) throw cursor.fail(`its pickle has protocol ${protocol}`);
}

function spend(machine: Machine, steps: number): void {
  machine.stepsLeft -= steps;
  if (machine.stepsLeft < 0) {
    const { maxSteps = MAX_STEPS } = machine.rules;
    throw machine.cursor.fail(`its pickle takes more than ${maxSteps} steps`);
  }
}

/** The lowest position of the stack that the operations after the last mark may touch. */
function floorOf({ marks }: Machine): number {
  return marks.at(-1) ?? 0;
}

function pop(machine: Machine): unknown {
  return popLast(machine, 1)[0];
}

function popLast(machine: Machine, count: number): unknown[] {
  const { stack, cursor } = machine;
  if (stack.length - count < floorOf(machine)) {
    throw cursor.fail("its pickle takes from an empty stack");
  }
  return stack.splice(stack.length - count);
}

function popToMark({ stack, marks, cursor }: Machine): unknown[] {
  const mark = marks.pop();
  if (mark === undefined) throw cursor.fail("its pickle has no mark to go to");
  return stack.splice(mark);
}

function top(machine: Machine): unknown {
  const { stack, cursor } = machine;
  if (stack.length <= floorOf(machine)) {
    throw cursor.fail("its pickle looks at an empty stack");
  }
  return stack.at(-1);
}

function recall({ memo, stack, cursor }: Machine, index: number): void {
  if (!memo.has(index)) throw cursor.fail(`its pickle has no memo ${index}`);
  stack.push(memo.get(index));
}

function append(machine: Machine, items: unknown[]): void {
  const list = top(machine);
  if (!Array.isArray(list)) {
    throw machine.cursor.fail("its pickle appends to what is not a list");
  }
  for (const item of items) list.push(item);
}

function addItems(machine: Machine, items: unknown[]): void {
  const dict = top(machine);
  if (!isDict(dict)) {
    throw machine.cursor.fail("its pickle sets an item of what is not a dict");
  }
  setItems(machine, dict, items);
}

function setItems(
  { cursor }: Machine,
  dict: PickleDict,
  items: unknown[],
): PickleDict {
  if (items.length % 2 === 1) {
    throw cursor.fail("its pickle has a key without a value");
  }
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i];
    if (typeof key === "object" && key !== null) {
      throw cursor.fail("its pickle has a key that is not text or a number");
    }
    dict[String(key)] = items[i + 1];
  }
  return dict;
}

function pushGlobal(
  { rules, stack, cursor }: Machine,
  parts: unknown[],
): void {
  const isName = parts.every((part) =>
    typeof part === "string" && part.length < MAX_NAME_LETTERS
  );
  if (!isName) {
    throw cursor.fail("its pickle refers to a name that is not text, or long");
  }
  const name = parts.join(".");
  if (!rules.globals.has(name)) {
    throw cursor.fail(`it refers to ${name}, which is refused`);
  }
  stack.push(new PickleGlobal(name));
}

function call(machine: Machine): void {
  const [callee, args] = popLast(machine, 2);
  const { rules, stack, cursor } = machine;
  const run = callee instanceof PickleGlobal
    ? rules.globals.get(callee.name)
    : undefined;
  if (!run || !Array.isArray(args) || args.length > MAX_ARGUMENTS) {
    throw cursor.fail("its pickle calls what cannot be called");
  }
  for (const arg of args) spend(machine, lengthOf(arg));
  stack.push(run(...args));
}

/** Items of a list, letters of a text, bytes. */
function lengthOf(value: unknown): number {
  const hasLength = typeof value === "string" || Array.isArray(value) ||
    value instanceof Uint8Array;
  return hasLength ? value.length : 0;
}

function build(machine: Machine): void {
  const state = pop(machine);
  const object = top(machine);
  if (!isDict(object)) machine.rules.applyState(object, state);
}
