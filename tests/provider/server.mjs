// A certified OpenID provider (node-oidc-provider) on loopback, told by lines of JSON on standard input what to
// do next; each is answered by one line on standard output. Its first line says where it listens.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { generateKeyPair, exportJWK, importJWK, SignJWT, decodeJwt } from "jose";
import Provider from "oidc-provider";

const [redirectUri, wantedPort] = process.argv.slice(2);
const accounts = new Map(); // subject -> claims
let keys = [];
let spoil = null; // how the next id tokens are falsified: claims to set, or {forge: true}
let provider;
// what the provider prints for its developers is none of our answers
const say = (said) => process.stdout.write(JSON.stringify(said) + "\n");
for (const level of ["log", "info", "warn"]) console[level] = console.error;

async function makeKey(alg, kid) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg, use: "sig" };
}

function build(issuer) {
  const made = new Provider(issuer, {
    clients: [
      {
        client_id: "tocsin",
        client_secret: "a secret: of 100% tests & + more",
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code"],
        response_types: ["code"],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ["sub"], profile: ["preferred_username", "name", "groups"] },
    jwks: { keys },
    cookies: { keys: ["for tests alone"] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_ctx, sub) => (accounts.has(sub) ? { accountId: sub, claims: () => ({ sub, ...accounts.get(sub) }) } : undefined),
    // everybody consents to their own control room
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope("openid profile");
      await grant.save();
      return grant;
    },
  });
  made.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === "token" && ctx.body?.id_token && spoil) ctx.body = { ...ctx.body, id_token: await falsified(ctx.body.id_token) };
  });
  return made;
}

async function falsified(token) {
  const { forge, alg, ...claims } = spoil;
  const key = forge ? { ...(await makeKey("RS256", keys[0].kid)), kid: keys[0].kid } : keys[0];
  if (alg === "none") return `${Buffer.from('{"alg":"none"}').toString("base64url")}.${token.split(".")[1]}.`;
  // the attack on careless clients: the public key's text as the secret of an HMAC
  if (alg === "HS256") return new SignJWT(decodeJwt(token)).setProtectedHeader({ alg, kid: key.kid }).sign(new TextEncoder().encode(key.n));
  return new SignJWT({ ...decodeJwt(token), ...claims }).setProtectedHeader({ alg: "RS256", kid: key.kid }).sign(await importJWK(key, "RS256"));
}

const orders = {
  account: ({ sub, ...claims }) => void accounts.set(sub, claims),
  spoil: ({ how }) => void (spoil = how),
  async rotate({ kid }) {
    keys = [await makeKey("RS256", kid)];
    provider = build(provider.issuer);
  },
};

const server = createServer((request, answer) => provider.callback()(request, answer));
server.listen(Number(wantedPort ?? 0), "127.0.0.1", async () => {
  keys = [await makeKey("RS256", "first")];
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = build(issuer);
  say({ issuer });
});

createInterface({ input: process.stdin })
  .on("line", async (line) => {
    const { order, ...given } = JSON.parse(line);
    await orders[order](given);
    say({});
  })
  // whoever started this is gone
  .on("close", () => process.exit(0));
