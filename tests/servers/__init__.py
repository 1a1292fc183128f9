"""The servers and the browser that tests play against: real ones, and fakes we could ship."""
