import type { Answer, Ask } from '../../core/answer.ts'
import type { SwitchFacing } from '../../core/ask-the-switch.ts'
import { linesOf } from '../../core/scan.ts'

/** What the network team has to know of a NIC. Where lldpd does not run, its neighbour is not known. */

const addressAsk = (host: string, nic: string): Ask => ({ host, argv: ['ip', '-o', 'link', 'show', 'dev', nic] })
export const neighbourAsk = (host: string, nic: string): Ask => ({
  host,
  root: true,
  argv: ['lldpctl', '-f', 'keyvalue', nic],
})
export const facingAsks = (host: string, nics: readonly string[]): readonly Ask[] =>
  nics.flatMap((nic) => [addressAsk(host, nic), neighbourAsk(host, nic)])

export function facingOf(host: string, name: string, answers: readonly Answer[]): SwitchFacing {
  const [address, neighbour] = facingAsks(host, [name]).map((ask) => textOf(ask, answers))
  const mac = /link\/ether ([0-9a-f:]{17})/.exec(address ?? '')?.[1]
  const seen = neighbourIn(neighbour ?? '')
  return { name, ...(mac === undefined ? {} : { mac }), ...(seen === undefined ? {} : { neighbour: seen }) }
}

function textOf(ask: Ask, answers: readonly Answer[]): string | undefined {
  const answer = answers.find((a) => a.ask.host === ask.host && a.ask.argv.join(' ') === ask.argv.join(' '))
  return answer?.failure ? undefined : answer?.stdout
}

/** From lines such as `lldp.eth1.chassis.name=sw-3` (lldpctl(8), `-f keyvalue`). */
export function neighbourIn(text: string): string | undefined {
  const values = new Map(
    linesOf(text).flatMap((line) => {
      const [, key, value] = /^lldp\.[^=]+?\.((?:chassis|port)\.\w+)=(.*)$/.exec(line) ?? []
      return key === undefined || value === undefined ? [] : [[key, value] as const]
    }),
  )
  const chassis = values.get('chassis.name') ?? values.get('chassis.mac')
  const port = ['ifname', 'local', 'descr', 'mac']
    .map((kind) => values.get(`port.${kind}`))
    .find((p) => p !== undefined)
  return chassis === undefined ? undefined : [chassis, ...(port === undefined ? [] : [port])].join(' ')
}
