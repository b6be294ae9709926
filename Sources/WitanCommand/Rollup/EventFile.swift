import Glibc
import WitanEvents
import WitanSimulation

/// A file to which events are written as they come, a line each.
final class EventFile {
  private enum Format {
    case jsonLines
    case csv
  }

  private let format: Format
  private let sink: DescriptorSink
  private let descriptor: Int32

  /// Makes the file, or empties it. Its name's ending says in which form events are written.
  init(_ path: String) throws {
    if path.hasSuffix(".jsonl") {
      format = .jsonLines
    } else if path.hasSuffix(".csv") {
      format = .csv
    } else {
      throw UsageError(
        "--events \(path.quotedIfNeeded) says no format by its ending",
        remedy: "give a name that ends in .jsonl or .csv")
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw UsageError(
        "can't create it: \(String(cString: strerror(errno)))",
        remedy: "see where the path leads", at: Place(file: path))
    }
    sink = DescriptorSink(descriptor, named: path.quotedIfNeeded)
    if format == .csv {
      sink.write("timestamp_ms,slot,event_type,actor,subject,value,detail,hops\n")
    }
  }

  deinit { close(descriptor) }

  /// Writes events.
  func write(_ events: ArraySlice<Event>) {
    for event in events { sink.write(format == .csv ? event.csvLine : event.json.text + "\n") }
  }

  /// Writes what is left; throws if anything was lost.
  func finish() throws {
    sink.flush()
    if let failure = sink.failure { throw failure }
  }
}

extension Event {
  private var millis: Double { Double(time.rawValue) / 1e3 }

  /// A line of a table: fixed columns, empty where there is nothing.
  fileprivate var csvLine: String {
    let layout = kind.layout
    let columns = [
      millis.shortDescription, slot == Event.noSlot ? "" : "\(slot)", layout.name,
      actor == .nobody ? "" : "\(actor)", subject == .nobody ? "" : "\(subject)",
      layout.value == nil ? "" : "\(value)", layout.detail == nil ? "" : "\(detail)",
      layout.hops == nil ? "" : "\(hops)",
    ]
    return columns.joined(separator: ",") + "\n"
  }

  /// The event with its numbers under their names.
  fileprivate var json: JSON {
    let layout = kind.layout
    var members: [JSON.Member] = [
      .init(key: "timestamp_ms", value: .number(millis)),
      .init(key: "slot", value: slot == Event.noSlot ? nil : .count(slot)),
      .init(key: "event_type", value: .string(layout.name)),
      .init(key: "actor", value: actor == .nobody ? nil : .count(actor.rawValue)),
      .init(key: "subject", value: subject == .nobody ? nil : .count(subject.rawValue)),
    ]
    if let name = layout.value { members.append(.init(key: name, value: .unsigned(value))) }
    if let name = layout.detail { members.append(.init(key: name, value: .count(detail))) }
    if let name = layout.hops { members.append(.init(key: name, value: .count(hops))) }
    return .object(members)
  }
}
