import WitanCrypto

/// What opened a view: a new-view and the view-changes that it names, in its order.
struct OpenedView: Sendable {
  let newView: NewView
  let viewChanges: [ViewChange]

  /// The view-change of this name, if the new-view rests on it.
  func viewChange(_ name: ViewChangeQuery.Name) -> ViewChange? {
    viewChanges.first { $0.signer == name.signer && $0.statement.digest == name.digest }
  }
}

/// A new-view, and those of the view-changes that it names which are here. Each has its place by its name, whatever
/// its signer said besides or said since, so that there are never more than members.
struct Opening: Sendable {
  let newView: NewView
  private var found: [ViewChange?]
  /// How many aren't here.
  private(set) var missingCount: Int

  init(_ newView: NewView) {
    self.newView = newView
    missingCount = newView.body.viewChanges.count
    found = Array(repeating: nil, count: missingCount)
  }

  var view: View { newView.statement.view }

  /// What is here, in the order of the new-view.
  var viewChanges: [ViewChange] { found.compactMap { $0 } }

  /// The new-view with all that it names; nil while something is missing.
  var whole: OpenedView? {
    missingCount == 0 ? OpenedView(newView: newView, viewChanges: viewChanges) : nil
  }

  /// What isn't here.
  var missing: [ViewChangeQuery.Name] {
    zip(newView.body.viewChanges, found).compactMap { named, viewChange in
      viewChange == nil
        ? ViewChangeQuery.Name(signer: named.signer, digest: named.statement.digest) : nil
    }
  }

  /// Takes a view-change that is named and wasn't here; false when this is none.
  mutating func take(_ viewChange: ViewChange) -> Bool {
    guard
      let index = newView.body.viewChanges.firstIndex(where: { $0.signer == viewChange.signer }),
      newView.body.viewChanges[index].statement == viewChange.statement, found[index] == nil
    else { return false }
    found[index] = viewChange
    missingCount -= 1
    return true
  }
}

extension NewView {
  /// What it names of a member.
  func viewChange(of signer: ReplicaID) -> SignedStatement? {
    body.viewChanges.first { $0.signer == signer }
  }
}
