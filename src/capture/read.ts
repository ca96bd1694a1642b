import { say } from '../core/lang.ts'
import { hexOf } from './bytes.ts'
import type { Capture } from './frame.ts'
import { isPcap, readPcap } from './pcap.ts'
import { readPcapng } from './pcapng.ts'

/**
 * Reads a capture file: pcap (microseconds or nanoseconds, either byte order) or pcapng.
 * Total: whatever cannot be read is in `problem`, and what stands before it is kept.
 */
export function readCapture(data: Uint8Array): Capture {
  const magic = hexOf(data.subarray(0, 4))
  if (magic === '0a0d0d0a') return readPcapng(data)
  if (isPcap(magic)) return readPcap(data, magic)
  return { frames: [], interfaces: [], problem: notACapture }
}

const notACapture = say('it is neither a pcap nor a pcapng file', '它既不是 pcap 文件，也不是 pcapng 文件')
