// Reads jest's JSON result and fails unless every tier really ran: a run that lost its servers, or whose files were filtered
// away, must not look green.
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tiers = [
  ["api", /^test\/api\/.*(?<!\.real)\.test\.ts$/],
  ["components", /^test\/components\/.*(?<!\.real)\.test\.ts$/],
  ["policies", /^test\/policies\/.*\.test\.ts$/],
  ["cli", /^test\/cli\/.*\.test\.ts$/],
  ["reconciler", /^test\/reconciler\/.*(?<!\.real)\.test\.ts$/],
  ["templates without Go", /^test\/(oracle|reconciler\/template)\/.*(?<!\.real)\.test\.ts$/],
  ["templates against real Go", /^test\/(oracle|reconciler\/template)\/.*\.real\.test\.ts$/],
  ["contract on the sandbox", /^test\/contract\/.*(?<!\.real)\.test\.ts$/],
  ["contract on the real servers", /^test\/contract\/.*\.real\.test\.ts$/],
  ["bed", /^test\/bed\/.*\.real\.test\.ts$/],
  ["reconciler on the real servers", /^test\/reconciler\/.*\.real\.test\.ts$/],
  ["pages followed on the real servers", /^test\/docs\/.*\.real\.test\.ts$/],
  ["end to end on the real servers", /^test\/e2e\/.*\.real\.test\.ts$/],
];

const results = JSON.parse(readFileSync(join(root, "build/jest-results.json"), "utf8"));
const failures = [];
for (const [name, pattern] of tiers) {
  const files = results.testResults.filter((file) => pattern.test(relative(root, file.name).replaceAll("\\", "/")));
  const passed = files.flatMap((file) => file.assertionResults).filter((test) => test.status === "passed").length;
  console.log(`${String(passed).padStart(6)} passed in ${String(files.length).padStart(3)} files  ${name}`);
  if (passed === 0) failures.push(`no test of the tier "${name}" passed`);
}
if (results.numPendingTests > 0) failures.push(`${results.numPendingTests} tests were skipped`);
if (!results.success)
  failures.push(`${results.numFailedTests} tests and ${results.numRuntimeErrorTestSuites} files failed`);

console.log(`${results.numPassedTests} passed, ${results.numFailedTests + results.numRuntimeErrorTestSuites} failed`);
if (failures.length > 0) {
  for (const failure of failures) console.error(`error: ${failure}`);
  process.exit(1);
}
