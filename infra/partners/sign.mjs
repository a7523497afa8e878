#!/usr/bin/env node
// Sign one request to the partner API: prints the headers, or with --send the answer. Copy this file alone; change it as you
// like. Node 18.3 or later, no packages.
//
//     node sign.mjs --url https://api.example.com/live --key key_… --algorithm ed25519 --secret private.pem \
//         --send POST /v1/purchases purchase.json
//
// The file of --secret holds the secret as it was shown (base64), or your private key as PEM. --authority and --prefix say
// what is signed where the URL has another host, or another path before /v1.
import { createHash, createHmac, randomBytes, sign as signWithKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const LIFETIME_SECONDS = 300;

function signBase(algorithm, key, base) {
  switch (algorithm) {
    case "hmac-sha256":
      return createHmac("sha256", Buffer.from(key, "base64")).update(base).digest();
    case "ed25519":
      return signWithKey(null, Buffer.from(base), key);
    case "ecdsa-p256-sha256":
      // r and s side by side, 32 bytes each; not the DER that is Node's default.
      return signWithKey("sha256", Buffer.from(base), { key, dsaEncoding: "ieee-p1363" });
    default:
      throw new Error("the algorithms are hmac-sha256, ed25519 and ecdsa-p256-sha256");
  }
}

function signRequest({ method, authority, path, body, idempotencyKey, keyId, algorithm, key, created, nonce }) {
  const headers = {};
  if (body.length > 0) {
    headers["Content-Type"] = "application/json";
    headers["Content-Digest"] = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
  }
  if (idempotencyKey) headers["Idempotency-Key"] = idempotencyKey;
  const covered = [["@method", method], ["@authority", authority], ["@path", path]];
  for (const [name, value] of Object.entries(headers)) covered.push([name.toLowerCase(), value]);

  const parameters =
    `(${covered.map(([name]) => `"${name}"`).join(" ")});created=${created};expires=${created + LIFETIME_SECONDS}` +
    `;keyid="${keyId}";nonce="${nonce}";tag="loyalty-partner-v1"`;
  // One line each, no newline at the end.
  const base = [...covered, ["@signature-params", parameters]].map(([name, value]) => `"${name}": ${value}`).join("\n");
  headers["Signature-Input"] = `sig1=${parameters}`;
  headers["Signature"] = `sig1=:${signBase(algorithm, key, base).toString("base64")}:`;
  return headers;
}

const text = { type: "string" };
const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: text, key: text, algorithm: text, secret: text, authority: text, prefix: text,
    "idempotency-key": text, created: text, nonce: text, send: { type: "boolean", default: false },
  },
});
const [method, path, bodyFile] = positionals;
if (!asked.url || !asked.key || !asked.algorithm || !asked.secret || !method || !path) {
  console.error("usage: node sign.mjs --url URL --key ID --algorithm NAME --secret FILE [--send] METHOD PATH [BODY]");
  process.exit(2);
}
// A file, a key or the network: one sentence.
process.on("uncaughtException", (error) => {
  console.error(`sign.mjs: ${error.cause?.message ?? error.message}`);
  process.exit(1);
});
const url = new URL(asked.url);
const body = bodyFile ? readFileSync(bodyFile) : Buffer.alloc(0);
const headers = signRequest({
  method,
  authority: asked.authority ?? url.host,
  path: (asked.prefix ?? url.pathname.replace(/\/$/, "")) + path,
  body,
  idempotencyKey: asked["idempotency-key"],
  keyId: asked.key,
  algorithm: asked.algorithm,
  key: readFileSync(asked.secret, "utf8"),
  created: Number(asked.created ?? Math.floor(Date.now() / 1000)),
  nonce: asked.nonce ?? randomBytes(16).toString("hex"),
});
if (asked.send) {
  const target = asked.url.replace(/\/$/, "") + path;
  const answer = await fetch(target, { method, headers, body: body.length > 0 ? body : undefined, redirect: "error" });
  console.log(answer.status, await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} else {
  for (const [name, value] of Object.entries(headers)) console.log(`${name}: ${value}`);
}
