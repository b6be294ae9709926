// swift-tools-version: 6.1
import PackageDescription

/// A target's dependencies say exactly what it may import; nothing imports upwards.
let package = Package(
  name: "Witan",
  products: [
    .library(name: "Witan", targets: ["Witan", "WitanCrypto"]),
    .library(name: "WitanProofs", targets: ["WitanProofs"]),
    .library(name: "WitanLedger", targets: ["WitanLedger"]),
    .library(name: "WitanRollup", targets: ["WitanRollup"]),
    .library(name: "WitanEvents", targets: ["WitanEvents"]),
    .library(name: "WitanSimulation", targets: ["WitanSimulation", "WitanDraw"]),
    .library(name: "PropertyKit", targets: ["PropertyKit"]),
    .library(name: "FuzzTargets", targets: ["FuzzTargets", "WitanDraw"]),
    .executable(name: "witan", targets: ["WitanCommand"]),
  ],
  targets: [
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZ3", pkgConfig: "z3", providers: [.apt(["libz3-dev"])]),
    .target(name: "WitanDraw"),
    .target(name: "WitanCrypto", dependencies: ["CCrypto", "CSodium"]),
    .target(name: "Witan", dependencies: ["WitanCrypto"]),
    .target(name: "WitanProofs", dependencies: ["CZ3", "Witan", "WitanCrypto"]),
    .target(name: "WitanLedger", dependencies: ["Witan", "WitanCrypto", "WitanProofs"]),
    .target(
      name: "WitanRollup", dependencies: ["Witan", "WitanCrypto", "WitanLedger", "WitanProofs"]),
    .target(name: "WitanEvents", dependencies: ["Witan"]),
    .target(
      name: "WitanSimulation",
      dependencies: [
        "Witan", "WitanCrypto", "WitanDraw", "WitanEvents", "WitanLedger", "WitanProofs",
        "WitanRollup",
      ]),
    .target(
      name: "WitanNode",
      dependencies: ["CSQLite", "Witan", "WitanCrypto", "WitanLedger", "WitanProofs"]),
    .executableTarget(
      name: "WitanCommand",
      dependencies: [
        "CCrypto", "CZ3", "Witan", "WitanCrypto", "WitanDraw", "WitanEvents", "WitanLedger",
        "WitanNode", "WitanProofs", "WitanRollup", "WitanSimulation",
      ]),
    .target(name: "PropertyKit", dependencies: ["WitanDraw"], path: "Tests/PropertyKit"),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Witan", "WitanCrypto", "WitanDraw", "WitanLedger", "WitanProofs", "WitanSimulation",
      ],
      path: "Tests/FuzzTargets"),
    .testTarget(name: "WitanDrawTests", dependencies: ["WitanDraw"]),
    .testTarget(name: "PropertyKitTests", dependencies: ["PropertyKit", "WitanDraw"]),
    .testTarget(name: "WitanCryptoTests", dependencies: ["WitanCrypto", "CSodium"]),
    .testTarget(
      name: "WitanTests",
      dependencies: ["PropertyKit", "Witan", "WitanCrypto", "WitanSimulation", "WitanDraw"],
      resources: [.copy("Transcripts"), .copy("Golden")]),
    .testTarget(
      name: "WitanProofsTests",
      dependencies: ["WitanProofs", "Witan", "WitanCrypto", "WitanDraw"]),
    .testTarget(
      name: "WitanSimulationTests",
      dependencies: [
        "WitanSimulation", "Witan", "WitanCrypto", "WitanDraw", "WitanEvents", "WitanLedger",
        "WitanProofs", "WitanRollup",
      ],
      exclude: ["Campaign/Found"], resources: [.copy("Stories")]),
    .testTarget(
      name: "WitanLedgerTests",
      dependencies: [
        "PropertyKit", "Witan", "WitanCrypto", "WitanDraw", "WitanLedger", "WitanNode",
        "WitanProofs",
      ]),
    .testTarget(name: "WitanEventsTests", dependencies: ["WitanEvents", "Witan", "WitanDraw"]),
    .testTarget(
      name: "WitanRollupTests",
      dependencies: [
        "PropertyKit", "Witan", "WitanCrypto", "WitanDraw", "WitanLedger", "WitanProofs",
        "WitanRollup",
      ]
    ),
    .testTarget(
      name: "WitanNodeTests",
      dependencies: [
        "WitanNode", "Witan", "WitanCommand", "WitanCrypto", "WitanLedger", "WitanProofs",
      ]),
    .testTarget(
      name: "WitanCommandTests",
      dependencies: [
        "WitanCommand", "Witan", "WitanCrypto", "WitanDraw", "WitanNode", "WitanSimulation",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "PropertyTests",
      dependencies: [
        "PropertyKit", "WitanSimulation", "Witan", "WitanCrypto", "WitanDraw", "WitanLedger",
        "WitanProofs",
      ]),
    .testTarget(
      name: "FuzzTargetsTests", dependencies: ["FuzzTargets", "Witan", "WitanCrypto", "WitanDraw"]),
    .testTarget(name: "TidyTests"),
  ],
  swiftLanguageModes: [.v6]
)
