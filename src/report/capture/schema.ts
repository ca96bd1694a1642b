import { z } from 'zod'
import { hexOf } from '../../capture/bytes.ts'
import { decode } from '../../capture/decode/decode.ts'
import type { Packet } from '../../capture/decode/packet.ts'
import type { Capture, Frame } from '../../capture/frame.ts'
import type { Language } from '../../core/lang.ts'
import { packetWords } from './words.ts'

/** `oldhand pcap --json`, schema `oldhand/capture@1`. */

export const frameSchema = z.strictObject({
  time: z.string().describe('ISO 8601, UTC, to the nanosecond'),
  interface: z.string().describe('where it was captured, as the file says it; may be empty'),
  direction: z.enum(['in', 'out']).optional().describe('as the interface saw it: `in` was received by it'),
  length: z.number().int().describe('bytes on the wire'),
  captured: z.number().int().describe('bytes that were kept'),
  comment: z.string().optional(),
  says: z.string().describe('the frame in one line'),
  packet: z
    .record(z.string(), z.unknown())
    .describe(
      'eth, arp, ipv4, ipv6, udp, tcp, icmp, dhcp (options: number → hexadecimal), vxlan; cut layers are absent',
    ),
})

export const captureSchema = z
  .strictObject({
    schema: z.literal('oldhand/capture@1'),
    interfaces: z.array(z.string()).describe('every interface that the file names, also where nothing was seen'),
    frames: z.array(frameSchema),
    problem: z.string().optional().describe('why the file could not be read to its end'),
  })
  .describe('What `oldhand pcap --json` prints.')

export const captureToJson = (capture: Capture, lang: Language): z.infer<typeof captureSchema> => ({
  schema: 'oldhand/capture@1',
  interfaces: [...capture.interfaces],
  frames: capture.frames.map((frame) => frameToJson(frame, lang)),
  ...(capture.problem === undefined ? {} : { problem: capture.problem[lang] }),
})

export function frameToJson(frame: Frame, lang: Language): z.infer<typeof frameSchema> {
  const packet = decode(frame)
  return {
    time: isoOf(frame.time),
    interface: frame.interface,
    ...(frame.direction === undefined ? {} : { direction: frame.direction }),
    length: frame.length,
    captured: frame.bytes.length,
    ...(frame.comment === undefined ? {} : { comment: frame.comment }),
    says: packetWords(packet)[lang],
    packet: packetToJson(packet),
  }
}

function packetToJson(packet: Packet): Record<string, unknown> {
  const { dhcp, vxlan } = packet
  const options = dhcp && Object.fromEntries([...dhcp.options].map(([code, data]) => [code, hexOf(data)]))
  return {
    ...packet,
    ...(dhcp ? { dhcp: { ...dhcp, options } } : {}),
    ...(vxlan ? { vxlan: { vni: vxlan.vni, inner: packetToJson(vxlan.inner) } } : {}),
  }
}

const isoOf = (time: bigint): string => {
  const whole = new Date(Number(time / 1_000_000n)).toISOString().slice(0, 19)
  return `${whole}.${String(time % 1_000_000_000n).padStart(9, '0')}Z`
}

/** The JSON Schema that ships with the package. */
export const captureJsonSchema = (): unknown => z.toJSONSchema(captureSchema)
