import type { Bench } from '../core/transport.ts'
import { localeOf } from './language.ts'

/** Says on a terminal who is being asked; silent otherwise. */
export function progressing(transport: Bench): Bench {
  if (!process.stderr.isTTY) return transport
  const { t } = localeOf(process.argv)
  const show = (text: string) => process.stderr.write(`\r\x1b[K${text}`)
  return {
    ask: async (asks) => {
      const hosts = [...new Set(asks.map((a) => a.host))].join(', ')
      show(t(`asking ${hosts} (${asks.length} questions) …`, `正在采集 ${hosts}（${asks.length} 条命令）…`))
      try {
        return await transport.ask(asks)
      } finally {
        show('')
      }
    },
    start: transport.start,
    close: transport.close,
  }
}
