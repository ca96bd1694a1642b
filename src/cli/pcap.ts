import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Command } from 'commander'
import type { Capture } from '../capture/frame.ts'
import { readCapture } from '../capture/read.ts'
import { say } from '../core/lang.ts'
import { captureToJson } from '../report/capture/schema.ts'
import { renderCapture } from '../report/capture/terminal.ts'
import { UsageError } from './errors.ts'
import { languageOption, localeOf } from './language.ts'
import { tableWidth, terminalOf } from './terminal.ts'

interface Options {
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
        'Read a capture (pcap or pcapng, also gzipped) as Oldhand reads it: DHCP, ARP, VLAN, VXLAN.',
        '读取抓包文件（pcap 或 pcapng，可为 gzip），按 DHCP、ARP、VLAN、VXLAN 逐帧解读。',
      ),
    )
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
      process.exitCode = capture.problem === undefined ? 0 : 3
    })
}

async function captureIn(file: string): Promise<Capture> {
  const data = await bytesIn(file)
  const capture = readCapture(data)
  if (capture.problem === undefined || capture.interfaces.length > 0) return capture
  throw new UsageError(say(`${file}: ${capture.problem.en}`, `${file}：${capture.problem.zh}`))
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
