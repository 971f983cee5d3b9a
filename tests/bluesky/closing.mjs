// Close a network on SIGTERM, or when the input is closed because whoever started it has ended.

export function untilAsked(network) {
  let closing = false;
  async function close() {
    if (closing) return;
    closing = true;
    setTimeout(() => process.exit(1), 8000).unref();
    await network.close();
    process.exit(0);
  }

  process.on("SIGTERM", close);
  process.on("SIGINT", close);
  process.stdin.resume();
  process.stdin.on("end", close);
  process.stdin.on("close", close);
}
