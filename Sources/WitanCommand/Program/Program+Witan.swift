extension Program {
  /// `witan` with all its commands.
  static let witan: Program = Program(
    name: "witan",
    summary: "Byzantine-fault-tolerant agreement on proof blocks",
    version: "0.1.0",
    commands: [
      SimulateCommand.command,
      ReplayCommand.command,
      CampaignCommand.command,
      ShrinkCommand.command,
      TwinsCommand.command,
      JudgeCommand.command,
      BlockCommand.command,
      ProveCommand.command,
      RollupCommand.command,
      KeygenCommand.command,
      LedgerCommand.command,
      BenchCommand.command,
      HelpCommand.command,
      CompletionsCommand.command,
    ])
}
