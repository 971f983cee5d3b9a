// Start a Bluesky server of one's own, without an AppView, on free ports of this machine.
// It prints one line of JSON when it is ready and ends on SIGTERM, or when its input is closed.

import { TestNetworkNoAppView } from "@atproto/dev-env";

const network = await TestNetworkNoAppView.create({ pds: { hostname: "localhost" } });
console.log(JSON.stringify({ pds: network.pds.url, plc: network.plc.url }));

let closing = false;
async function close() {
  if (closing) return;
  closing = true;
  setTimeout(() => process.exit(1), 5000).unref();
  await network.close();
  process.exit(0);
}

process.on("SIGTERM", close);
process.on("SIGINT", close);
process.stdin.resume();
process.stdin.on("end", close);
process.stdin.on("close", close);
