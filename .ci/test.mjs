// Everything that must hold before a change is shared: `npm test`. Each check counts as one test beside the suites' own;
// a check that fails does not hide the next one. The last line is "N passed, N failed", and a failure fails the run.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const bin = (name) => join("node_modules", ".bin", name);

/** @type {readonly { name: string, command: string, args: readonly string[] }[]} */
const checks = [
  { name: "types", command: bin("tsc"), args: ["-p", ".", "--noEmit"] },
  { name: "lint and format", command: bin("biome"), args: ["check", "--error-on-warnings"] },
  { name: "proto lint", command: bin("buf"), args: ["lint"] },
  { name: "proto format", command: bin("buf"), args: ["format", "--diff", "--exit-code"] },
  {
    name: "generated types are current",
    command: process.execPath,
    args: [join(".ci", "generate.mjs"), "--check"],
  },
  { name: "build", command: bin("tsc"), args: ["-p", "tsconfig.build.json"] },
];
const CHECK_TIMEOUT_MS = 5 * 60_000;
/** Half as long again as a build may take. */
const SUITES_TIMEOUT_MS = 22 * 60_000;

let passed = 0;
let failed = 0;
for (const check of checks) runCheck(check);
runSuites();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** @param {{ name: string, command: string, args: readonly string[] }} check */
function runCheck({ name, command, args }) {
  const startMs = performance.now();
  const result = spawnSync(command, args, { encoding: "utf8", timeout: CHECK_TIMEOUT_MS });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  if (result.status === 0) {
    passed++;
    console.log(`ok      ${name} (${seconds} s)`);
    return;
  }
  failed++;
  console.log(`FAILED  ${name} (${seconds} s)`);
  console.log(`${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`.trim());
}

/** All vitest projects. Their counts come from the JSON report, so that a suite that crashed is not a silent zero. */
function runSuites() {
  const folder = mkdtempSync(join(tmpdir(), "atoll-test-"));
  try {
    const report = join(folder, "report.json");
    const args = [
      "run",
      "--allowOnly=false",
      "--reporter=dot",
      "--reporter=json",
      `--reporter=${join(".ci", "slow-files.mjs")}`,
      `--outputFile.json=${report}`,
    ];
    const result = spawnSync(bin("vitest"), args, { stdio: "inherit", timeout: SUITES_TIMEOUT_MS });
    const counts = existsSync(report)
      ? count(JSON.parse(readFileSync(report, "utf8")))
      : { passed: 0, failed: 0 };
    const isUnexplained = counts.failed === 0 && (result.status !== 0 || counts.passed === 0);
    if (isUnexplained)
      console.log(`FAILED  the suites ended with ${result.status ?? result.signal} and no failed test`);
    passed += counts.passed;
    failed += counts.failed + (isUnexplained ? 1 : 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * A file that failed outside its tests (an import, a hook) is one failure more.
 * @param {{ numPassedTests: number, numFailedTests: number, testResults: { status: string, assertionResults: { status: string }[] }[] }} report
 */
function count(report) {
  const crashed = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + crashed.length };
}
