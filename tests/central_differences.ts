/**
 * Gradient of a function in the values of an array that it reads.
 *
 * @param values Changed during the call, and back as they were after it.
 * @param run The function; in double precision, or `step` must be larger.
 */
export function centralDifferences(
  values: number[],
  run: () => number,
  step = 1e-5,
): number[] {
  return values.map((value, i) => {
    const at = (x: number): number => {
      values[i] = x;
      return run();
    };
    const slope = (at(value + step) - at(value - step)) / (2 * step);
    values[i] = value;
    return slope;
  });
}
