#!/usr/bin/env node
/** The `atoll` command. What it offers is in `program.ts`. */
import { EXIT } from "./failure.js";
import { runProgram } from "./program.js";

// Whoever read our output may have gone (`atoll export … | head`): nobody is left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(EXIT.failed);
});

process.exitCode = await runProgram(process.argv.slice(2));
