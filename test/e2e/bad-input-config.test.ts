/** Settings that cannot be: the command says which one, in the words of whoever wrote it, and starts nothing. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ANY_PORTS, configFile, type Exit, NodeProcess, temporaryFolder } from "./support/node-process.js";

const member = (number: number, id: string) => ({
  ...{ number, id, region: "r", zone: "a", host: id },
  ...{
    client: `127.0.0.1:${7000 + number}`,
    peer: `127.0.0.1:${7100 + number}`,
    admin: `127.0.0.1:${7200 + number}`,
  },
});

/** The misuse is told on stderr and in the document, and nothing was touched. */
function expectMisuse({ code, stdout, stderr }: Exit, message: RegExp, data: string): void {
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^error: /);
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: "USAGE", message: expect.stringMatching(message) },
  });
  expect(existsSync(data)).toBe(false);
}

describe("atoll start refuses", () => {
  it.each<[string, object | string, RegExp]>([
    ["an unknown setting", { fsnyc: "always" }, /node\.yaml: fsnyc: unknown.*did you mean fsync/],
    ["an unknown setting in a section", { limits: { key_byte: 1 } }, /limits\.key_byte: unknown.*key_bytes/],
    ["a value of another type", { limits: { key_bytes: "many" } }, /limits\.key_bytes: .*number/],
    ["a value out of range", { cluster: { partitions: 100 } }, /cluster\.partitions: must be a power of two/],
    ["what is no YAML", "fsync: [always", /node\.yaml: /],
    ["what is no settings", "- fsync\n- always\n", /node\.yaml: /],
    [
      "one port for two listeners",
      { listen: { client: "127.0.0.1:1", peer: "127.0.0.1:1" } },
      /listen\.peer: port 1/,
    ],
    [
      "an address of other machines without TLS",
      { listen: { client: "0.0.0.0:7400" } },
      /listen\.client: .*--insecure/,
    ],
    ["TLS and no TLS", { insecure: true, tls: { cert: "c", key: "k", ca: "a" } }, /insecure: .*tls/],
    [
      "limits that contradict",
      { limits: { message_bytes: 2048 } },
      /limits\.message_bytes: 2048 cannot hold/,
    ],
    [
      "a node that is no member",
      { node: "c", cluster: { id: "x", members: [member(1, "a"), member(2, "b")] } },
      /node: c is not among cluster\.members \(a, b\)/,
    ],
    [
      "two members with one id",
      { node: "a", cluster: { id: "x", members: [member(1, "a"), member(2, "a")] } },
      /cluster\.members\[1\]\.id: id a is taken by cluster\.members\[0\]\.id/,
    ],
    [
      "a link to nobody",
      { node: "a", cluster: { id: "x", members: [member(1, "a")] }, peer_addresses: { z: "127.0.0.1:1" } },
      /peer_addresses\.z: is not among/,
    ],
  ])("%s", async (_, settings, message) => {
    const data = join(temporaryFolder(), "data");
    const node = new NodeProcess(["--config", configFile(settings), "--data", data]);
    expectMisuse(await node.exit(), message, data);
  });

  it("a file that is not there, a mistyped variable, a flag's nonsense and an unknown flag", async () => {
    const data = join(temporaryFolder(), "data");
    const missing = join(temporaryFolder(), "none.yaml");
    const nodes: [NodeProcess, RegExp][] = [
      [new NodeProcess(["--data", data, "--config", missing]), /none\.yaml: cannot be read/],
      [new NodeProcess(["--data", data], { ATOLL_FYSNC: "never" }), /ATOLL_FYSNC: unknown.*ATOLL_FSYNC/],
      [new NodeProcess(["--data", data], { ATOLL_FSYNC: "maybe" }), /ATOLL_FSYNC: .*always/],
      [new NodeProcess(["--data", data, "--client", "nowhere"]), /--client: must be host:port/],
      [new NodeProcess(["--data", data, "--clinet", "x"]), /unknown option '--clinet'/],
    ];
    for (const [node, message] of nodes) expectMisuse(await node.exit(), message, data);
  });

  it("nothing about settings that are well", async () => {
    const settings = { fsync: "never", limits: { key_bytes: 64 }, log: { level: "error" } };
    const args = ["--config", configFile(settings), "--data", join(temporaryFolder(), "data")];
    const node = new NodeProcess([...args, ...ANY_PORTS]);
    await node.started();
    expect((await node.stop()).code).toBe(0);
  });
});
