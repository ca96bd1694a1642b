import { expect, test } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { say } from '../../src/core/lang.ts'
import { diagnose } from '../../src/app.ts'
import { type Bundle, readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'

/** What the tables do with the VM's packets, whatever the causes know. */

const healthy = await readBundle(new URL('../bundles/healthy.oldhand', import.meta.url).pathname)

async function verdictOf(bundle: Bundle) {
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis
}

/** A flow as the agent makes them, cookie and all, that no cause knows. */
function withFlow(bundle: Bundle, bridge: string, flow: string, host = 'comp1'): Bundle {
  const add = (answer: Answer): Answer => {
    const isDump =
      answer.ask.host === host && answer.ask.argv.includes('dump-flows') && answer.ask.argv.at(-1) === bridge
    const cookie = /table=23,.*/.test(answer.stdout)
      ? /cookie=(\w+), duration=[^\n]*table=23,/.exec(answer.stdout)?.[1]
      : undefined
    if (!isDump) return answer
    const own = cookie ?? /cookie=(\w+),[^\n]*priority=0 /.exec(answer.stdout)?.[1] ?? '0x0'
    return { ...answer, stdout: `${answer.stdout} cookie=${own}, duration=5000.1s, table=${flow}\n` }
  }
  return { ...bundle, answers: bundle.answers.map(add) }
}

test('a flow that no cause knows drops the request: nobody is called healthy, and the flow is shown', async () => {
  const broken = withFlow(
    healthy,
    'br-int',
    '73, n_packets=0, n_bytes=0, idle_age=9, priority=200,udp,tp_dst=67 actions=drop',
  )
  const { verdict, journey } = await verdictOf(broken)
  expect(verdict).not.toBe('healthy')
  const hop = journey[0]?.hops.find(({ name }) => name === 'br-int')
  expect(hop).toMatchObject({ host: 'comp1', status: 'unknown' })
  expect(hop?.missing?.en).toContain('priority=200,udp,tp_dst=67 actions=drop')
  expect(hop?.because.some(({ line }) => line.includes('priority=200'))).toBe(true)
})

test('a flow that only touches other packets changes nothing', async () => {
  const other = withFlow(
    healthy,
    'br-int',
    '73, n_packets=0, n_bytes=0, idle_age=9, priority=200,udp,tp_dst=53 actions=drop',
  )
  expect((await verdictOf(other)).verdict).toBe((await verdictOf(healthy)).verdict)
})

test('ARP that br-tun answers itself is not dropped, nor is DHCP that the agent answers', async () => {
  const tunnelled = await readBundle(new URL('../bundles/healthy-vxlan.oldhand', import.meta.url).pathname)
  const counters = 'n_packets=9, n_bytes=9, idle_age=9'
  const answer =
    'move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],mod_dl_src:fa:16:3e:00:00:01,load:0x2->NXM_OF_ARP_OP[],' +
    'move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],IN_PORT'
  const responding = [
    ['br-tun', `2, ${counters}, priority=1,arp,dl_dst=ff:ff:ff:ff:ff:ff actions=resubmit(,21)`],
    ['br-tun', `21, ${counters}, priority=1,arp actions=${answer}`],
    ['br-int', `60, ${counters}, priority=101,udp,nw_dst=255.255.255.255,tp_src=68,tp_dst=67 actions=resubmit(,77)`],
    ['br-int', `77, ${counters}, priority=100,udp actions=CONTROLLER:0`],
  ].reduce((bundle, [bridge = '', flow = '']) => withFlow(bundle, bridge, flow), tunnelled)
  const { journey } = await verdictOf(responding)
  const doubts = journey.flatMap((leg) => leg.hops.flatMap((hop) => hop.missing?.en ?? []))
  expect(doubts.filter((doubt) => doubt.includes('flow tables drop'))).toEqual([])
})

const doubtsIn = ({ journey }: Awaited<ReturnType<typeof verdictOf>>) =>
  journey.flatMap((leg) =>
    leg.hops.flatMap(({ name, host, missing }) =>
      /drops? the packet/.test(missing?.en ?? '') ? [[leg.conversation, leg.direction, name, host]] : [],
    ),
  )

test('what the next host drops is doubted there, with the flow', async () => {
  const flow = '60, n_packets=0, n_bytes=0, idle_age=9, priority=200,udp,tp_dst=67 actions=drop'
  const diagnosis = await verdictOf(withFlow(healthy, 'br-int', flow, 'net1'))
  expect(diagnosis.verdict).not.toBe('healthy')
  expect(doubtsIn(diagnosis)).toEqual([['dhcp', 'request', 'br-int', 'net1']])
})

test('a ping that is refused is shown, and does not make a VM ill: a security group may mean it', async () => {
  const flow = '72, n_packets=0, n_bytes=0, idle_age=9, priority=99,ct_state=+new,icmp actions=drop'
  const diagnosis = await verdictOf(withFlow(healthy, 'br-int', flow))
  expect(diagnosis.verdict).toBe('healthy')
  expect(doubtsIn(diagnosis)).toEqual([['icmp', 'request', 'br-int', 'comp1']])
})

/** The same cloud with another name of the provider bridge on one host. */
function renamed(bundle: Bundle, host: string): Bundle {
  const other = (text: string) => text.replaceAll(/\b(int-|phy-)?br0\b/g, '$1brx')
  const answers = bundle.answers.map((answer) =>
    answer.ask.host === host
      ? { ...answer, stdout: other(answer.stdout), ask: { ...answer.ask, argv: answer.ask.argv.map(other) } }
      : answer,
  )
  return { ...bundle, answers }
}

test('hosts whose provider bridges have different names are followed by physical network', async () => {
  const diagnosis = await verdictOf(renamed(healthy, 'net1'))
  expect(diagnosis.verdict).toBe('healthy')
  const flow = '60, n_packets=0, n_bytes=0, idle_age=9, priority=200,udp,tp_dst=67 actions=drop'
  const broken = await verdictOf(withFlow(renamed(healthy, 'net1'), 'br-int', flow, 'net1'))
  expect(doubtsIn(broken)).toEqual([['dhcp', 'request', 'br-int', 'net1']])
})

test.each(['healthy', 'healthy-vxlan', 'healthy-hybrid'])('%s: no table drops any packet', async (name) => {
  const bundle = await readBundle(new URL(`../bundles/${name}.oldhand`, import.meta.url).pathname)
  const diagnosis = await verdictOf(bundle)
  expect(doubtsIn(diagnosis)).toEqual([])
  expect(diagnosis.verdict).toBe('healthy')
  expect(diagnosis.journey.map((leg) => leg.conversation)).toContain('icmp')
})

test.each([
  ['healthy', 'net1', 'br-int'],
  ['healthy', 'net1', 'br0'],
  ['healthy', 'comp1', 'br0'],
  ['healthy-vxlan', 'comp1', 'br-tun'],
  ['healthy-vxlan', 'net1', 'br-int'],
])('%s: where %s %s was not read, nothing is said to drop a packet', async (name, host, bridge) => {
  const bundle = await readBundle(new URL(`../bundles/${name}.oldhand`, import.meta.url).pathname)
  const answers = bundle.answers.map((answer): Answer => {
    const isDump =
      answer.ask.host === host && answer.ask.argv.includes('dump-flows') && answer.ask.argv.at(-1) === bridge
    return isDump
      ? { ...answer, stdout: '', exit: null, failure: { reason: 'timeout', detail: say('timeout', '超时') } }
      : answer
  })
  expect(doubtsIn(await verdictOf({ ...bundle, answers }))).toEqual([])
})
