// Package hostileserver is for tests of what a client makes of servers that are broken, or mean
// harm: answers that are too large, too slow, not what they say, or lies. What is right
// about each of them is for the client's own tests to say.
package hostileserver
