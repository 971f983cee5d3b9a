// Start a Bluesky server of one's own, without an AppView, on free ports of this machine.
// It prints one line of JSON when it is ready and ends on SIGTERM, or when its input is closed.

import { TestNetworkNoAppView } from "@atproto/dev-env";

import { untilAsked } from "./closing.mjs";

const network = await TestNetworkNoAppView.create({ pds: { hostname: "localhost" } });
console.log(JSON.stringify({ pds: network.pds.url, plc: network.plc.url }));
untilAsked(network);
