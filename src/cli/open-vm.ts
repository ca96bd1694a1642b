import { say } from '../core/lang.ts'
import type { Transport } from '../core/transport.ts'
import { readBundle } from '../hosts/bundle.ts'
import { replay } from '../hosts/replay.ts'
import { UsageError } from './errors.ts'
import { progressing } from './progress.ts'
import { openLive, type ReachOptions } from './reach.ts'

/** The VM that a verb is about, and where to ask: a live cloud, or a recording, which knows its own VM. */
export async function openVm(
  vm: string | undefined,
  options: ReachOptions & { readonly bundle?: string },
): Promise<{ readonly vm: string; readonly transport: Transport }> {
  if (options.bundle === undefined) {
    if (vm === undefined) throw noVm()
    return { vm, transport: progressing(openLive(options)) }
  }
  const bundle = await readBundle(options.bundle)
  if (!('vm' in bundle.asked)) throw noVm()
  return { vm: bundle.asked.vm, transport: replay(bundle) }
}

const noVm = () =>
  new UsageError(
    say(
      'Name a VM: its name, UUID, IP or MAC address, or a port; or give a recording of one (--bundle FILE).',
      '请指定虚拟机：名称、UUID、IP、MAC 或端口；或给出录制文件（--bundle 文件）。',
    ),
  )
