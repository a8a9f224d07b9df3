/** A slip's bit matrix, rows of 0 and 1 joined by '/', as the path of an SVG. */

/** The quiet zone a scanner needs around it, in modules. */
const QUIET = 4;

/** `size` with the quiet zone on both sides, and `path`: one stroke for each run of dark modules. */
export function drawn(matrix) {
  const rows = matrix.split("/");
  const path = rows.flatMap((row, y) =>
    [...row.matchAll(/1+/g)].map(
      (run) => `M${run.index + QUIET} ${y + QUIET}h${run[0].length}v1h-${run[0].length}z`,
    ),
  );
  return { size: rows.length + 2 * QUIET, path: path.join("") };
}
