import { ServerCredentials } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/client/index.js";
import { FakeCluster } from "./fake-cluster.js";

/** Self-signed for 127.0.0.1, until 2126. It protects nothing: it exists for this test. */
const CERTIFICATE = Buffer.from(`-----BEGIN CERTIFICATE-----
MIIBlzCCAT6gAwIBAgIUffEMeUkXVKYuI4qLa7LiB/3+WwEwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNQXRvbGxEQiB0ZXN0czAgFw0yNjExMjEwODMxMjJaGA8yMTI2
MTAyODA4MzEyMlowGDEWMBQGA1UEAwwNQXRvbGxEQiB0ZXN0czBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABPcLdhBZwNWzeIMaIhNcJ/KNQ+CcUM9n+T1edSpwJwZR
WP2Xi4uG2wOVYB79jIxnDePxmmT6e8pMY7iurBNVSH+jZDBiMB0GA1UdDgQWBBRg
eMrmffdrizbKouywEjGD0Z0wMTAfBgNVHSMEGDAWgBRgeMrmffdrizbKouywEjGD
0Z0wMTAPBgNVHRMBAf8EBTADAQH/MA8GA1UdEQQIMAaHBH8AAAEwCgYIKoZIzj0E
AwIDRwAwRAIgK4kCjsEtVeNl2MBlAdvRiBCaShWthbOSKe0FoR2SBnwCIBnRtyfK
29wolX3N2EwKSMga7xb/ss2fd30rm0JiLyro
-----END CERTIFICATE-----
`);
const KEY = Buffer.from(`-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRiFORiofJVDry5M5
sKg/nsAE2EtuNk576dOx6zFktH6hRANCAAT3C3YQWcDVs3iDGiITXCfyjUPgnFDP
Z/k9XnUqcCcGUVj9l4uLhtsDlWAe/YyMZw3j8Zpk+nvKTGO4rqwTVUh/
-----END PRIVATE KEY-----
`);

describe("a cluster that serves over TLS", () => {
  it("is reached by a client that knows its authority, and by no other", async () => {
    const security = ServerCredentials.createSsl(
      null,
      [{ private_key: KEY, cert_chain: CERTIFICATE }],
      false,
    );
    const cluster = await FakeCluster.start({ eu: 1 }, 1, security);
    const db = await cluster.connect({ tls: { ca: CERTIFICATE } });
    await db.register("b").put("k", 1);

    const endpoints = [cluster.node("eu-1").address];
    for (const tls of [undefined, {}]) {
      const options = { endpoints, connectTimeoutMs: 1_500, ...(tls === undefined ? {} : { tls }) };
      await expect(connect(options)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    }
  });

  it("is not tried with an authority that is no certificate", async () => {
    const connecting = connect({ endpoints: ["127.0.0.1:7400"], tls: { ca: Buffer.from("no PEM") } });
    await expect(connecting).rejects.toMatchObject({ code: "INVALID_ARGUMENT", metadata: { field: "tls" } });
  });
});
