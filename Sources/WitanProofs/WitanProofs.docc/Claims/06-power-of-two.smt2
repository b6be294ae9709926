(set-info :witan-title "x & (x - 1) clears the lowest bit only")
(set-info :witan-asserts unsat)
(set-info :notes "proved")
(set-logic QF_BV)
(declare-const x (_ BitVec 32))
(assert (not (= x (_ bv0 32))))
; What is cleared is a power of two: it has one bit.
(define-fun cleared () (_ BitVec 32) (bvsub x (bvand x (bvsub x (_ bv1 32)))))
(assert (not (and (not (= cleared (_ bv0 32))) (= (bvand cleared (bvsub cleared (_ bv1 32))) (_ bv0 32)))))
