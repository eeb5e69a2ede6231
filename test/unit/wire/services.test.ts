import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { adminService, kvService, peerService } from "../../../src/wire/index.js";

/** The methods that a proto file declares, with which sides stream. */
function declaredMethods(file: string): { name: string; requestStream: boolean; responseStream: boolean }[] {
  const text = readFileSync(join(import.meta.dirname, "../../../proto", file), "utf8");
  const rpc = /rpc (\w+)\((stream )?\w+\) returns \((stream )?\w+\)/g;
  return [...text.matchAll(rpc)].map(([, name = "", request, response]) => ({
    name,
    requestStream: request !== undefined,
    responseStream: response !== undefined,
  }));
}

describe("the services", () => {
  it.each([
    ["atoll/kv/v1/kv.proto", "/atoll.kv.v1.KvService/", kvService],
    ["atoll/admin/v1/admin.proto", "/atoll.admin.v1.AdminService/", adminService],
    ["atoll/peer/v1/peer.proto", "/atoll.peer.v1.PeerService/", peerService],
  ] as const)("%s loads with every method it declares", (file, prefix, service) => {
    const declared = declaredMethods(file);
    expect(declared.length).toBeGreaterThan(0);
    expect(
      Object.entries(service).map(([name, method]) => ({
        name,
        requestStream: method.requestStream,
        responseStream: method.responseStream,
      })),
    ).toEqual(declared);
    for (const { name } of declared) expect(service[name]?.path).toBe(prefix + name);
  });

  it("gives messages the shape that the generated types promise", () => {
    const wire = kvService.Put.requestSerialize({
      address: { type: "DATA_TYPE_REGISTER", bucket: "profiles", key: Buffer.from("u42") },
      value: { data: Buffer.from([1, 2]), hlc: "18446744073709551615" },
    });
    const put = kvService.Put.requestDeserialize(wire);
    expect(put.address).toEqual({ type: "DATA_TYPE_REGISTER", bucket: "profiles", key: Buffer.from("u42") });
    expect(put.value?.hlc).toBe("18446744073709551615");
    expect(put.value?.encoding).toBe("VALUE_ENCODING_UNSPECIFIED");
    expect(put.options).toBeNull();
    const consistency = kvService.Get.requestDeserialize(
      kvService.Get.requestSerialize({ options: { consistency: { level: "CONSISTENCY_LEVEL_ALL" } } }),
    ).options?.consistency;
    expect(consistency).toEqual({ level: "CONSISTENCY_LEVEL_ALL", choice: "level" });
  });
});
