// Generates the TypeScript types of the wire into src/wire/generated, and beside them what the protos say as objects,
// so that no program parses them when it starts. With --check it writes nothing and fails when what is there is not
// what the protos say.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

// The very one that reads the descriptors again when a program starts.
const protobuf = createRequire(createRequire(import.meta.url).resolve("@grpc/proto-loader"))("protobufjs");

const target = "src/wire/generated";
const protos = ["atoll/kv/v1/kv.proto", "atoll/peer/v1/peer.proto", "atoll/admin/v1/admin.proto"];

/** @param {string} outDir */
function generate(outDir) {
  const options = [
    "--longs=String",
    "--enums=String",
    "--defaults",
    "--oneofs",
    "--grpcLib=@grpc/grpc-js",
    "--importFileExtension=.js",
    "--includeComments",
    "--includeDirs=proto",
    `--outDir=${outDir}`,
  ];
  execFileSync(join("node_modules", ".bin", "proto-loader-gen-types"), [...options, ...protos], {
    stdio: "pipe",
  });
  for (const proto of protos) writeDescriptor(proto, outDir);
}

/**
 * As text: a program starts sooner when it parses JSON than when it compiles an object.
 * @param {string} proto @param {string} outDir
 */
function writeDescriptor(proto, outDir) {
  const root = protobuf.loadSync(join("proto", proto)).resolveAll();
  const json = JSON.stringify(root.toJSON(), null, 1).replace(/[\\`$]/g, "\\$&");
  const text = `/** What ${proto} says, as protobufjs' JSON. */\nexport const descriptor = \`${json}\`;\n`;
  writeFileSync(join(outDir, `${basename(proto, ".proto")}-descriptor.ts`), text);
}

/** @param {string} dir @returns {Record<string, string>} */
function contents(dir) {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  return Object.fromEntries(
    files
      .map((e) => join(e.parentPath, e.name))
      .map((path) => [path.slice(dir.length + 1), readFileSync(path, "utf8")]),
  );
}

if (process.argv.includes("--check")) {
  const fresh = mkdtempSync(join(tmpdir(), "atoll-generated-"));
  try {
    generate(fresh);
    const [want, have] = [contents(fresh), contents(target)];
    const names = new Set([...Object.keys(want), ...Object.keys(have)]);
    const stale = [...names].filter((name) => want[name] !== have[name]);
    if (stale.length > 0) {
      console.error(`stale generated types: ${stale.join(", ")}; run: npm run generate`);
      process.exit(1);
    }
    console.log(`${names.size} generated files are current`);
  } finally {
    rmSync(fresh, { recursive: true });
  }
} else {
  rmSync(target, { recursive: true, force: true });
  generate(target);
}
