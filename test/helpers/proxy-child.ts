/** The process that ProxyProcess starts. It takes the config first, then questions. */
import { RunningProxy } from './proxy.js';

process.once('message', async (config: object) => {
  const proxy = await RunningProxy.start(config);
  process.on('message', async (message) => {
    if (message === 'memory') {
      process.send?.(process.memoryUsage.rss());
      return;
    }
    if (message === 'traffic') {
      process.send?.(proxy.traffic);
      return;
    }
    await proxy.close();
    process.disconnect();
  });
  process.send?.(proxy.port);
});
