(set-info :witan-title "The absolute value of a word is never negative")
(set-info :witan-asserts unsat)
(set-info :notes "refuted")
(set-logic QF_BV)
; It is, of the least word: its negation is itself.
(declare-const x (_ BitVec 32))
(define-fun magnitude () (_ BitVec 32) (ite (bvslt x (_ bv0 32)) (bvneg x) x))
(assert (bvslt magnitude (_ bv0 32)))
