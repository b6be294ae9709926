// swift-tools-version: 6.1
import PackageDescription

/// One program for each target, so that a fuzzer's state is about one thing.
let names = ["Decode", "Replica", "Byzantine", "ViewChange", "Scanner", "Merkle", "Journal"]

let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "Witan", path: "..")],
  targets: [
    .target(name: "CCounters"),
    .target(
      name: "Harness",
      dependencies: ["CCounters", .product(name: "FuzzTargets", package: "Witan")]),
  ] + names.map { .executableTarget(name: $0, dependencies: ["Harness"]) },
  swiftLanguageModes: [.v6]
)
