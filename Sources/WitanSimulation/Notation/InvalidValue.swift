/// Why a text isn't a value of its kind, and what would be.
package struct InvalidValue: Error, Hashable, Sendable {
  /// What is wrong, as it reads after the text: `is not a probability`.
  package var problem: String
  /// What would be right: `give a number from 0 to 1`.
  package var remedy: String

  package init(_ problem: String, remedy: String) {
    self.problem = problem
    self.remedy = remedy
  }
}
