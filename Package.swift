// swift-tools-version: 6.1
import PackageDescription

/// A target's dependencies say exactly what it may import; nothing imports upwards.
let package = Package(
  name: "Witan",
  products: [
    .library(name: "Witan", targets: ["Witan", "WitanCrypto"]),
    .library(name: "WitanLedger", targets: ["WitanLedger"]),
    .library(name: "WitanRollup", targets: ["WitanRollup"]),
    .library(name: "WitanEvents", targets: ["WitanEvents"]),
    .library(name: "WitanSimulation", targets: ["WitanSimulation", "WitanDraw"]),
    .library(name: "PropertyKit", targets: ["PropertyKit"]),
    .executable(name: "witan", targets: ["WitanCommand"]),
  ],
  targets: [
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "WitanDraw"),
    .target(name: "WitanCrypto", dependencies: ["CCrypto", "CSodium"]),
    .target(name: "Witan", dependencies: ["WitanCrypto"]),
    .target(name: "WitanLedger", dependencies: ["Witan", "WitanCrypto"]),
    .target(name: "WitanRollup", dependencies: ["Witan", "WitanCrypto", "WitanLedger"]),
    .target(name: "WitanEvents", dependencies: ["Witan"]),
    .target(
      name: "WitanSimulation",
      dependencies: [
        "Witan", "WitanCrypto", "WitanDraw", "WitanEvents", "WitanLedger", "WitanRollup",
      ]),
    .target(name: "WitanNode", dependencies: ["CSQLite", "Witan", "WitanCrypto", "WitanLedger"]),
    .executableTarget(
      name: "WitanCommand",
      dependencies: [
        "CCrypto", "Witan", "WitanCrypto", "WitanDraw", "WitanEvents", "WitanLedger", "WitanNode",
        "WitanRollup", "WitanSimulation",
      ]),
    .target(name: "PropertyKit", dependencies: ["WitanDraw"], path: "Tests/PropertyKit"),
    .testTarget(name: "WitanDrawTests", dependencies: ["WitanDraw"]),
    .testTarget(name: "PropertyKitTests", dependencies: ["PropertyKit", "WitanDraw"]),
    .testTarget(name: "WitanCryptoTests", dependencies: ["WitanCrypto", "CSodium"]),
    .testTarget(
      name: "WitanTests",
      dependencies: ["PropertyKit", "Witan", "WitanCrypto", "WitanSimulation", "WitanDraw"],
      resources: [.copy("Transcripts"), .copy("Golden")]),
    .testTarget(
      name: "WitanSimulationTests",
      dependencies: [
        "WitanSimulation", "Witan", "WitanCrypto", "WitanDraw", "WitanEvents", "WitanLedger",
        "WitanRollup",
      ],
      exclude: ["Campaign/Found"], resources: [.copy("Stories")]),
    .testTarget(
      name: "WitanLedgerTests",
      dependencies: [
        "PropertyKit", "Witan", "WitanCrypto", "WitanDraw", "WitanLedger", "WitanNode",
      ]),
    .testTarget(name: "WitanEventsTests", dependencies: ["WitanEvents", "Witan", "WitanDraw"]),
    .testTarget(
      name: "WitanRollupTests",
      dependencies: [
        "PropertyKit", "Witan", "WitanCrypto", "WitanDraw", "WitanLedger", "WitanRollup",
      ]
    ),
    .testTarget(name: "WitanNodeTests", dependencies: ["WitanNode", "WitanCrypto"]),
    .testTarget(
      name: "WitanCommandTests",
      dependencies: ["WitanCommand", "Witan", "WitanDraw", "WitanSimulation"],
      exclude: ["Golden"]),
    .testTarget(
      name: "PropertyTests",
      dependencies: [
        "PropertyKit", "WitanSimulation", "Witan", "WitanCrypto", "WitanDraw", "WitanLedger",
      ]),
    .testTarget(name: "TidyTests"),
  ],
  swiftLanguageModes: [.v6]
)
