// Stands in for `atoll start` where a test is about processes and links, not about data: takes the same command line
// and configuration, answers /readyz, echoes on its peer port, and dials a peer when it is asked to.
//   GET /dial?peer=ID   200 when the peer echoed a line, 504 when it did not within half a second
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer } from "node:net";
import { parse } from "yaml";

const config = parse(readFileSync(process.argv[process.argv.indexOf("--config") + 1], "utf8"));
const address = (text) => ({ host: text.split(":")[0], port: Number(text.split(":")[1]) });

const isNamedIn = (name) => process.env[name]?.split(",").includes(config.node) ?? false;

if (isNamedIn("FAKE_NODE_FAILS")) {
  process.stderr.write("the disk is on fire\n");
  process.exit(7);
}

const listen = (server, where) => new Promise((done) => server.listen({ ...address(where) }, done));

createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(address(config.listen.peer));
await listen(createServer(), config.listen.client);

const admin = createHttpServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/readyz") return response.writeHead(readyStatus()).end("catching up");
  if (url.pathname === "/") return response.end(JSON.stringify({ removed: removedMembers() }));
  if (url.pathname === "/dial") return dial(url.searchParams.get("peer"), response);
  response.writeHead(404).end();
});
await listen(admin, config.listen.admin);
const ready = {
  id: config.node,
  endpoint: config.listen.client,
  pid: process.pid,
  settings: Object.keys(process.env).filter((name) => name.startsWith("ATOLL_")),
};
process.stdout.write(`${JSON.stringify(ready)}\n`);
if (isNamedIn("FAKE_NODE_REMOVED")) {
  setTimeout(() => {
    process.stderr.write("they do not want me\n");
    process.exit(1);
  }, 500);
}
process.on("SIGTERM", () => {
  if (process.env.FAKE_NODE_STUBBORN !== config.node) process.exit(0);
});

/** The others know, and it does not. */
function removedMembers() {
  const [nodeId] = process.env.FAKE_NODE_REMOVED?.split(",") ?? [];
  return nodeId === undefined || nodeId === config.node ? [] : [{ number: 9, nodeId, layoutVersion: 4 }];
}

function readyStatus() {
  return process.env.FAKE_NODE_UNREADY === config.node ? 503 : 200;
}

function dial(peer, response) {
  const member = config.cluster.members.find((candidate) => candidate.id === peer);
  const socket = connect(address(config.peer_addresses[peer] ?? member.peer));
  socket.setTimeout(500);
  socket.once("data", () => finish(200));
  socket.once("timeout", () => finish(504));
  socket.once("error", () => finish(502));
  socket.write("hello\n");
  function finish(status) {
    socket.destroy();
    response.writeHead(status).end();
  }
}
