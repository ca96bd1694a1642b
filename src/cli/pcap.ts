import { readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Command } from 'commander'
import type { Capture } from '../capture/frame.ts'
import { readCapture } from '../capture/read.ts'
import { writeCapture } from '../capture/write.ts'
import { say } from '../core/lang.ts'
import { capturedIn } from '../experiments/captured.ts'
import { isBundle, readBundle } from '../hosts/bundle.ts'
import { captureToJson } from '../report/capture/schema.ts'
import { renderCapture } from '../report/capture/terminal.ts'
import { UsageError } from './errors.ts'
import { languageOption, localeOf } from './language.ts'
import { tableWidth, terminalOf } from './terminal.ts'

interface Options {
  readonly write?: string
  readonly json?: boolean
  readonly verbose?: boolean
}

export function addPcap(program: Command): void {
  const locale = localeOf(process.argv)
  const { lang, t } = locale
  program
    .command('pcap <file>')
    .description(
      t(
        'Read a capture (pcap or pcapng, also gzipped), or those of a recorded proof (a bundle), as Oldhand reads it: DHCP, ARP, VLAN, VXLAN.',
        '读取抓包文件（pcap 或 pcapng，可为 gzip）或录制文件（bundle）中验证时的抓包，按 DHCP、ARP、VLAN、VXLAN 逐帧解读。',
      ),
    )
    .option('-w, --write <file>', t('also write the frames as pcapng', '同时把这些帧写成 pcapng'))
    .option('-v, --verbose', t('whole lines, and both MAC addresses', '完整显示每一行，以及两端 MAC'))
    .option('--json', t('machine-readable (schema oldhand/capture@1)', '输出 JSON（schema 为 oldhand/capture@1）'))
    .addOption(languageOption(locale))
    .addHelpText(
      'after',
      t(
        '\nExit status: 0 read, 2 no such file or no capture, 3 read in part (cut or damaged)',
        '\n退出码：0 已读取，2 文件不存在或不是抓包文件，3 只读出一部分（被截断或损坏）',
      ),
    )
    .action(async (file: string, options: Options) => {
      const capture = await captureIn(file)
      const text = options.json
        ? JSON.stringify(captureToJson(capture, lang), null, 2)
        : renderCapture(capture, terminalOf(tableWidth, options.verbose))
      process.stdout.write(`${text}\n`)
      if (options.write !== undefined) await keep(options.write, capture)
      process.exitCode = capture.problem === undefined ? 0 : 3
    })
}

async function captureIn(file: string): Promise<Capture> {
  const data = await bytesIn(file)
  if (isBundle(data)) return provenIn(file)
  const capture = readCapture(data)
  if (capture.problem === undefined || capture.interfaces.length > 0) return capture
  throw new UsageError(say(`${file}: ${capture.problem.en}`, `${file}：${capture.problem.zh}`))
}

async function provenIn(file: string): Promise<Capture> {
  const capture = capturedIn((await readBundle(file)).answers)
  if (capture.interfaces.length > 0) return capture
  throw new UsageError(
    say(
      `${file} holds no captures: they are in what \`oldhand record --prove\` writes.`,
      `${file} 里没有抓包：\`oldhand record --prove\` 写出的文件里才有。`,
    ),
  )
}

async function keep(file: string, { frames, interfaces }: Capture): Promise<void> {
  const hops = interfaces.map((name) => ({ name, frames: frames.filter((f) => f.interface === name) }))
  try {
    await writeFile(file, writeCapture(hops), { mode: 0o600 })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(say(`Cannot write ${file}: ${reason}`, `无法写入 ${file}：${reason}`))
  }
}

async function bytesIn(file: string): Promise<Uint8Array> {
  try {
    const data = await readFile(file)
    return data[0] === 0x1f && data[1] === 0x8b ? await promisify(gunzip)(data) : data
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(say(`Cannot read ${file}: ${reason}`, `无法读取 ${file}：${reason}`))
  }
}
