// Start a whole Bluesky network of one's own: server, app view and moderation, on free ports of this
// machine. DB_POSTGRES_URL, DB_POSTGRES_SCHEMA and REDIS_HOST say where its two databases are.
// It prints one line of JSON when it is ready and ends on SIGTERM, or when its input is closed.

import { TestNetwork } from "@atproto/dev-env";

import { untilAsked } from "./closing.mjs";

const network = await TestNetwork.create({
  pds: { hostname: "localhost", enableDidDocWithSession: true },
});
console.log(JSON.stringify({ pds: network.pds.url, appview: network.bsky.url }));
untilAsked(network);
