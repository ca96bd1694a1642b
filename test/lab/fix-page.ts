const made = () => `Made by \`npm run proof:fix\` on ${new Date().toISOString().slice(0, 10)}`

/** The table of all repairs. `lines`: rows of Markdown. */
export const proofPage = (
  lines: readonly string[],
): string => `# What the lab proved of \`oldhand fix\` · 修复的验证结果

${made()}: each fault brought about on the lab, repaired by \`oldhand fix VM --prove\`, every VM of the
host seen to get its address and to reach its gateway, then taken back by \`oldhand undo\`. *Lost* counts pings of the
other VMs of the host to their gateways, five a second, while the repair ran (VMs that the fault itself cut off lose theirs until it is
repaired); *seconds* is the whole repair with its proof. *Undone*: \`to the letter\`, flows with their cookies, OVSDB, links,
namespaces with their addresses and routes, units, files and processes of the host are those of before the repair (\`test/lab/host-state.ts\`);
\`the same is wrong\`, the same cause is found again; a restart leaves nothing to take back, and a start is taken back by a stop.

由 \`npm run proof:fix\` 生成：每个故障都在实验环境中注入，用 \`oldhand fix VM --prove\` 修复，确认该主机上每台虚拟机都能拿到地址并 ping 通网关，再用
\`oldhand undo\` 撤销。*lost* 是修复期间该主机其他虚拟机 ping 网关（每秒五次）丢失的个数（故障本身切断的虚拟机在修好之前也会丢），
*seconds* 是含验证的整个修复时间。*undone*：\`to the letter\` 表示流表及 cookie、OVSDB、网卡、namespace 及其地址和路由、服务、文件、进程与修复前一致
（\`test/lab/host-state.ts\`）；\`the same is wrong\` 表示再次查出同一故障；重启没有可撤销的内容，启动用停止来撤销。

| fault | VM | steps | risk | neighbours' pings lost | outcome | seconds | undone |
| --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`

/** The table of repairs that were disturbed. `lines`: rows of Markdown. */
export const disturbedPage = (lines: readonly string[]): string => `# Repairs that were disturbed · 被打断的修复

${made()}: a repair of vm1 killed, or cut off from the host (every sshd stopped), at a random moment
after its plan was written down, then resumed or taken back.
After each, the host is either repaired, or as it was before to the letter (and taken back after \`fixed\`, to the letter too), the
journal is whole, and nothing of Oldhand is left there.

由 \`npm run proof:fix\` 生成：在计划写入日志之后的随机时刻杀掉正在修复 vm1 的 Oldhand，或让主机的所有 sshd 停住，然后继续或撤销。每次之后，主机要么已修好，要么与修复前完全一致
（\`fixed\` 之后再撤销，也完全一致），日志完整，主机上没有任何残留。

| fault | disturbed by | after seconds | then | ended |
| --- | --- | --- | --- | --- |
${lines.join('\n')}
`
