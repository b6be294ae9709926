// swift-tools-version: 6.1
import PackageDescription

/// One program for all targets: it is told by the environment which one it is, and is linked once.
let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "Witan", path: "..")],
  targets: [
    .target(name: "CCounters"),
    .executableTarget(
      name: "Fuzzer",
      dependencies: ["CCounters", .product(name: "FuzzTargets", package: "Witan")]),
  ],
  swiftLanguageModes: [.v6]
)
