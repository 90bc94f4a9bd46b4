// Preloaded into a command: sends its parent what it has used when it ends.
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: (user + system) / 1e6, peakBytes: process.resourceUsage().maxRSS * 1024 });
});
// The channel must not keep a command alive that has ended.
process.channel?.unref();
