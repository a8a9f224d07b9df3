/** Runs every test of the scripts, and fails unless they have run all of the till's pure core: each line
 *  and each branch of market/static/js/till/core, over all tests together. `node tests/js/covered.js` */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const core = fileURLToPath(new URL("../../market/static/js/till/core/", import.meta.url));
const namesIn = (folder, end) => readdirSync(folder).filter((name) => name.endsWith(end)).sort();

function main() {
  const folder = mkdtempSync(join(tmpdir(), "covered-"));
  try {
    const tests = namesIn(here, ".test.js").map((name) => join(here, name));
    const { status } = spawnSync(process.execPath, ["--test", ...tests], { stdio: "inherit", env: { ...process.env, NODE_V8_COVERAGE: folder } });
    return status || (tell(missed(folder)) ? 1 : 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tell(found) {
  for (const one of found) console.error(one);
  console.error(found.length > 0 ? `${found.length} places of the core were never run` : "all of the core was run");
  return found.length;
}

/** What no process has run, as file, line and text. */
function missed(folder) {
  const runs = readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name))).result);
  return namesIn(core, ".js").flatMap((name) => {
    const source = readFileSync(join(core, name), "utf8");
    const address = pathToFileURL(join(core, name)).href;
    const ran = new Uint8Array(source.length);
    for (const { functions } of runs.filter((run) => run.url === address)) markRun(ran, functions);
    return places(source, ran).map(([line, text]) => `${name}:${line}: ${text}`);
  });
}

/** A function's ranges come from the outermost to the innermost, and the innermost counts. */
function markRun(ran, functions) {
  const here = new Uint8Array(ran.length);
  for (const { ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges) here.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  here.forEach((one, at) => { ran[at] |= one; });
}

/** Each run of letters that was never run; what is between sentences says nothing. */
function places(source, ran) {
  const found = [];
  for (let at = 0; at < source.length; at += 1) {
    if (ran[at]) continue;
    const from = at;
    while (at < source.length && !ran[at]) at += 1;
    const text = source.slice(from, at);
    if (/\w/.test(text)) found.push([source.slice(0, from).split("\n").length, text.trim().split("\n")[0]]);
  }
  return found;
}

process.exitCode = main();
