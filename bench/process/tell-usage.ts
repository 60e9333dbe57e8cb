/** Preloaded (`node --import`) into a measured process where /proc does not tell what it uses. */
import { answerCalls } from './calls.js';

answerCalls(
  {
    usage: () => {
      const { user, system } = process.cpuUsage();
      return { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() };
    },
  },
  true,
);
