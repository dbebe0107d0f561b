// Verifies a sigstore bundle with the npm packages of sigstore-js, without network.
// node sigstore_verify.mjs NODE_MODULES ROOT BUNDLE IDENTITY ISSUER [FILE]
// Prints "verified PAYLOAD-IN-BASE64" (or "verified" for a file), else "refused CODE".
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [modules, root, bundlePath, identity, issuer, file] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { bundleFromJSON } = require("@sigstore/bundle");
const { TrustedRoot } = require("@sigstore/protobuf-specs");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const bundle = bundleFromJSON(JSON.parse(readFileSync(bundlePath, "utf8")));
const material = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(readFileSync(root, "utf8"))));
const verifier = new Verifier(material, { tlogThreshold: 1, ctlogThreshold: 1 });
try {
  const entity = toSignedEntity(bundle, file ? readFileSync(file) : undefined);
  verifier.verify(entity, { subjectAlternativeName: identity, extensions: { issuer } });
  const envelope = bundle.content.dsseEnvelope;
  console.log(envelope ? `verified ${Buffer.from(envelope.payload).toString("base64")}` : "verified");
} catch (error) {
  console.log(`refused ${error.code ?? error.name}`);
}
